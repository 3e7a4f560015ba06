/* request_object.c - signed authorization requests. */
#include "oauth/request_object.h"

#include "http/fetch.h"
#include "jose/jwt.h"
#include "oauth/client_keys.h"
#include "oauth/outgoing.h"

#define SKEW 60			/* seconds that clocks may be apart */
#define FETCH_MS 5000
#define FETCH_BYTES ((size_t)64 << 10)

/* What may be inside; all of RFC 6749, 7636, and OpenID Connect. */
#define PARAMETERS "client_id redirect_uri response_type scope state " \
	"code_challenge code_challenge_method response_mode nonce prompt " \
	"display max_age ui_locales id_token_hint login_hint acr_values " \
	"claims registration"

static enum oauth_error refuse(struct exchange *x, struct str reason)
{
	oauth_reason(x, reason);
	return oauth_fail(x, OAUTH_INVALID_REQUEST_OBJECT,
			  "the request object is not valid");
}

/* RFC 9101 section 10.8: no other JWT of the client's is one of these. */
static bool has_type(struct str typ)
{
	return !typ.ptr || str_eq_nocase(typ, STR("JWT")) ||
	       str_eq_nocase(typ, STR("oauth-authz-req+jwt")) ||
	       str_eq_nocase(typ, STR("application/oauth-authz-req+jwt"));
}

/* The algorithm that the client has registered, or any that is a signature. */
static bool may_be_signed_by(const struct client *client, struct str alg)
{
	if (client->request_object_signing_alg.ptr)
		return str_eq(alg, client->request_object_signing_alg);
	return str_list_has(jose_signing_algs(), alg);
}

static enum oauth_error check_signature(struct exchange *x,
					const struct client *client,
					const struct jws *j)
{
	const struct jwk *key = NULL;
	enum oauth_error e;

	if (!has_type(j->typ))
		return refuse(x, STR("a request object of another typ"));
	if (!may_be_signed_by(client, j->alg_name))
		return refuse(x, STR("a request object by another alg"));
	e = client_keys_find(x, client, j->kid, j->alg, &key);
	if (e)
		return e;
	if (!key)
		return refuse(x, x->reason);
	return jws_verify(x->arena, j, key, j->alg)
		       ? OAUTH_OK
		       : refuse(x, STR("a request object with a bad "
				       "signature"));
}

/* A claim that, where it is there, is a time on this side of the limit. */
static bool in_time(const struct json *claims, struct str name, long long now)
{
	const bool is_end = str_eq(name, STR("exp"));
	long long at;

	switch (jwt_number_read(claims, name, &at)) {
	case JWT_ABSENT:
		return true;
	case JWT_WRONG:
		return false;
	case JWT_OK:
		break;
	}
	return is_end ? at + SKEW > now : at - SKEW <= now;
}

/* Absent, or this text. */
static bool is_or_absent(const struct json *claims, struct str name,
			 struct str want)
{
	const struct json *value = json_member(claims, name);

	return !value || str_eq(json_text(value), want);
}

static enum oauth_error check_claims(struct exchange *x,
				     const struct client *client,
				     const struct json *claims)
{
	const struct json *aud = json_member(claims, STR("aud"));

	if (!str_eq(json_text(json_member(claims, STR("client_id"))),
		    client->client_id))
		return refuse(x, STR("client_id in the request object is "
				     "another"));
	if (!is_or_absent(claims, STR("iss"), client->client_id))
		return refuse(x, STR("iss is not the client"));
	if (aud && !jwt_audience_has(claims, client->issuer))
		return refuse(x, STR("aud is not this server"));
	/* RFC 9101 section 10.8: or it could be a client assertion. */
	if (str_eq(json_text(json_member(claims, STR("sub"))),
		   client->client_id))
		return refuse(x, STR("sub is the client"));
	if (json_member(claims, STR("request")) ||
	    json_member(claims, STR("request_uri")))
		return refuse(x, STR("a request in the request object"));
	if (!in_time(claims, STR("exp"), client->now) ||
	    !in_time(claims, STR("nbf"), client->now) ||
	    !in_time(claims, STR("iat"), client->now))
		return refuse(x, STR("exp, nbf or iat is not now"));
	return OAUTH_OK;
}

/*
 * RFC 9101 section 4: "Numerical values MUST be included as JSON numbers", and
 * claims is a JSON object (OpenID Connect Core section 6.1).  Many send both as
 * strings, as all else is.
 */
static bool is_of_type(struct str name, const struct json *value)
{
	long long n;

	return json_text(value).ptr ||
	       (str_eq(name, STR("max_age")) && json_integer(value, &n)) ||
	       (str_eq(name, STR("claims")) && json_is_object(value));
}

static bool add_parameter(struct arena *a, struct buf *b, struct str name,
			  const struct json *value)
{
	struct str text = json_text(value);

	if (!is_of_type(name, value))
		return false;
	if (!text.ptr)
		text = json_text_of(a, value);
	form_add(b, name, text);
	return true;
}

static enum oauth_error read_parameters(struct exchange *x,
					const struct json *claims,
					struct str *out)
{
	struct str names = STR(PARAMETERS), name;
	struct buf b;

	buf_init(&b, x->arena);
	while ((name = str_word(&names)).ptr) {
		const struct json *value = json_member(claims, name);

		if (value && !json_is_null(value) &&
		    !add_parameter(x->arena, &b, name, value))
			return refuse(x, STR("a parameter of a wrong type"));
	}
	*out = buf_str(&b);
	return OAUTH_OK;
}

enum oauth_error request_object_read(struct exchange *x,
				     const struct client *client,
				     struct str text, struct str *parameters)
{
	const struct json *claims = NULL;
	struct jws j;
	enum oauth_error e;

	if (!jws_parse(x->arena, text, &j))
		return refuse(x, STR("the request object is no JWS"));
	e = check_signature(x, client, &j);
	if (e)
		return e;
	if (!jwt_claims(x->arena, &j, &claims))
		return refuse(x, STR("the request object is no JSON object"));
	e = check_claims(x, client, claims);
	return e ? e : read_parameters(x, claims, parameters);
}

static enum oauth_error refuse_uri(struct exchange *x, struct str reason)
{
	oauth_reason(x, reason);
	return oauth_fail(x, OAUTH_INVALID_REQUEST_URI,
			  "there is no valid request at the request_uri");
}

static enum oauth_error load_policy(struct exchange *x,
				    struct fetch_policy *out)
{
	struct db_work w = { .count = 0 };
	const struct db_call *load = db_add(&w, x->arena,
					    QUERY_OUTGOING_LOAD, NULL, 0);
	enum oauth_error e = oauth_db(x, DB_READ, &w);

	if (!e)
		*out = (struct fetch_policy){
			.networks = db_text(load, 0, 0),
			.ca_file = db_text(load, 0, 1),
			.allow_http = true,
		};
	return e;
}

enum oauth_error request_object_fetch(struct exchange *x,
				      const struct client *client,
				      struct str request_uri, struct str *text)
{
	struct str uri = request_uri;
	struct fetch f = {
		.url = str_cut(&uri, '#'),
		.method = STR("GET"),
		.accept = STR("application/oauth-authz-req+jwt, */*"),
		.max_bytes = FETCH_BYTES,
		.timeout_ms = FETCH_MS,
	};
	struct fetch_policy policy;
	enum oauth_error e;

	/* OpenID Connect Core section 6.2: byte for byte, a fragment too. */
	if (!str_list_has(client->request_uris, request_uri))
		return refuse_uri(x, STR("the client has not registered the "
					 "request_uri"));
	e = load_policy(x, &policy);
	if (e)
		return e;
	if (!outgoing_begin()) {
		oauth_reason(x, STR("too many wait for hosts of others"));
		return oauth_fail(x, OAUTH_TEMPORARILY_UNAVAILABLE,
				  "too many requests at once");
	}
	fetch_run(x->arena, &policy, &f, 1);
	outgoing_end();
	if (f.status != FETCH_OK)
		return refuse_uri(x, f.reason);
	*text = f.got;
	while (str_ends(*text, STR("\n")) || str_ends(*text, STR("\r")))
		text->len--;
	return OAUTH_OK;
}
