/* registration_outside.c - what others have to say about a registration. */
#include "endpoint/registration.h"

#include "http/fetch.h"
#include "jose/jwk_set.h"
#include "jose/jwt.h"
#include "oauth/outgoing.h"

#define FETCH_MS 5000
#define FETCH_BYTES ((size_t)64 << 10)
#define NBF_SKEW 30		/* seconds; a publisher's clock may be ahead */

struct look {
	const struct json *body;
	const struct known *known;	/* or NULL */
	struct str text;		/* of the statement */
	struct jws statement;
	const struct json *claims;	/* of the statement, or NULL */
	struct outside outside;
};

static enum oauth_error refuse_statement(struct exchange *x, struct str reason)
{
	oauth_reason(x, reason);
	return oauth_fail(x, OAUTH_INVALID_SOFTWARE_STATEMENT,
			  "the software statement is not valid");
}

static enum oauth_error refuse_sector(struct exchange *x, struct str reason)
{
	oauth_reason(x, reason);
	return oauth_fail(x, OAUTH_INVALID_CLIENT_METADATA,
			  "sector_identifier_uri does not lead to a JSON "
			  "array that has all redirect_uris");
}

/* RFC 7591 section 2.3: what the statement says comes before what the client
 * says. */
static const struct json *member(const struct look *l, struct str name)
{
	const struct json *said =
		l->claims ? json_member(l->claims, name) : NULL;

	return said ? said : json_member(l->body, name);
}

/* Taken apart, so that it is known who must have signed it. */
static enum oauth_error parse_statement(struct exchange *x, struct look *l)
{
	l->text = json_text(json_member(l->body, STR("software_statement")));
	if (!l->text.ptr)
		return OAUTH_OK;
	if (!jws_parse(x->arena, l->text, &l->statement) ||
	    !jwt_claims(x->arena, &l->statement, &l->claims))
		return refuse_statement(x, STR("no signed JWT"));
	return OAUTH_OK;
}

/* RFC 7519 sections 4.1.4 and 4.1.5. */
static bool has_come(const struct look *l)
{
	long long nbf;

	switch (jwt_number_read(l->claims, STR("nbf"), &nbf)) {
	case JWT_ABSENT:
		return true;
	case JWT_WRONG:
		return false;
	case JWT_OK:
		break;
	}
	return nbf <= l->outside.now + NBF_SKEW;
}

static bool has_expired(const struct look *l)
{
	long long exp;

	switch (jwt_number_read(l->claims, STR("exp"), &exp)) {
	case JWT_ABSENT:
		return false;
	case JWT_WRONG:
		return true;
	case JWT_OK:
		break;
	}
	return exp <= l->outside.now &&
	       !(l->known && str_eq(l->known->software_statement, l->text));
}

static enum oauth_error check_statement(struct exchange *x,
					const struct look *l)
{
	const struct jws *j = &l->statement;
	const struct jwk *key;
	struct jwk_set set;

	if (!l->outside.alg.ptr)
		return oauth_fail(x, OAUTH_UNAPPROVED_SOFTWARE_STATEMENT,
				  "the publisher of the software statement "
				  "is not known here");
	if (!str_eq(j->alg_name, l->outside.alg))
		return refuse_statement(x, STR("a statement by another alg"));
	if (!jwk_set_parse(x->arena, l->outside.jwks, &set))
		return refuse_statement(x, STR("the publisher has no keys"));
	key = jwk_set_find(&set, j->kid, j->alg);
	if (!key || !jws_verify(x->arena, j, key, j->alg))
		return refuse_statement(x, STR("the signature is wrong"));
	if (!has_come(l))
		return refuse_statement(x, STR("nbf is ahead, or no number"));
	if (has_expired(l))
		return refuse_statement(x, STR("the statement has expired"));
	return OAUTH_OK;
}

static bool has(const struct json *array, struct str text)
{
	for (const struct json *v = json_item(array, 0); v; v = json_next(v)) {
		if (str_eq(json_text(v), text))
			return true;
	}
	return false;
}

static enum oauth_error check_sector(struct exchange *x, const struct look *l,
				     struct str uri)
{
	const struct json *asked = member(l, STR("redirect_uris")), *list;
	const struct fetch_policy policy = {
		.networks = l->outside.networks,
		.ca_file = l->outside.ca_file,
		.allow_http = true,
	};
	struct fetch f = {
		.url = uri,
		.method = STR("GET"),
		.accept = STR("application/json"),
		.max_bytes = FETCH_BYTES,
		.timeout_ms = FETCH_MS,
	};

	if (!outgoing_begin()) {
		oauth_reason(x, STR("too many requests wait for hosts"));
		return oauth_fail(x, OAUTH_TEMPORARILY_UNAVAILABLE,
				  "the service is unavailable, try again "
				  "shortly");
	}
	fetch_run(x->arena, &policy, &f, 1);
	outgoing_end();
	if (f.status != FETCH_OK)
		return refuse_sector(x, f.reason);
	list = json_parse(x->arena, f.got);
	if (!json_is_array(list))
		return refuse_sector(x, STR("that is no JSON array"));
	for (const struct json *v = json_item(asked, 0); v; v = json_next(v)) {
		if (!has(list, json_text(v)))
			return refuse_sector(x, STR("a redirect_uri is not "
						    "there"));
	}
	return OAUTH_OK;
}

enum oauth_error registration_ask_outside(struct exchange *x,
					  const struct json *body,
					  const struct known *known,
					  struct registration *in)
{
	struct look l = { .body = body, .known = known };
	struct db_work w = { .count = 0 };
	const struct db_call *call;
	struct str sector;
	enum oauth_error e = parse_statement(x, &l);

	sector = json_text(member(&l, STR("sector_identifier_uri")));
	if (e || (!l.claims && !sector.ptr))
		return e;
	call = registration_outside_ask(
		&w, x->arena, in,
		json_text(json_member(l.claims, STR("iss"))));
	e = oauth_db(x, DB_READ, &w);
	if (e)
		return e;
	registration_outside_read(call, &l.outside);
	if (!known && !l.outside.may_register)
		return OAUTH_OK;
	if (l.claims)
		e = check_statement(x, &l);
	if (!e && l.claims)
		in->statement = json_text_of(x->arena, l.claims);
	if (!e && sector.ptr)
		e = check_sector(x, &l, sector);
	return e;
}
