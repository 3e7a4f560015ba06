/* client_auth.c - client authentication (RFC 6749 section 2.3). */
#include "oauth/client_auth.h"

#include "base/arena.h"
#include "base/base64.h"
#include "http/credentials.h"
#include "oauth/client_keys.h"

#define CLIENT_SECRET_BASIC "client_secret_basic"
#define CLIENT_SECRET_POST "client_secret_post"
#define CLIENT_SECRET_JWT "client_secret_jwt"
#define PRIVATE_KEY_JWT "private_key_jwt"
#define NONE "none"

#define METHODS CLIENT_SECRET_BASIC " " CLIENT_SECRET_POST " " \
	CLIENT_SECRET_JWT " " PRIVATE_KEY_JWT

struct str client_auth_methods(bool with_none)
{
	return with_none ? STR(METHODS " " NONE) : STR(METHODS);
}

struct str client_auth_signing_algs(void)
{
	return STR("RS256 PS256 ES256 EdDSA HS256");
}

static enum oauth_error refuse(struct exchange *x, struct str reason)
{
	oauth_reason(x, reason);
	return oauth_fail(x, OAUTH_INVALID_CLIENT,
			  "client authentication failed");
}

/*
 * RFC 7617: "Basic", a space, base64 of id:secret; and by RFC 6749 section
 * 2.3.1 both are form-urlencoded before.
 */
static enum oauth_error read_basic(struct exchange *x, struct str credentials,
				   struct client_credentials *out)
{
	struct str id, secret;

	if (!base64_decode(x->arena, credentials, &secret))
		return refuse(x, STR("Basic credentials are not base64"));
	if (!str_has(secret, ':'))
		return refuse(x, STR("Basic credentials have no colon"));
	id = str_cut(&secret, ':');
	if (form_decode(x->arena, id, &id) != FORM_OK ||
	    form_decode(x->arena, secret, &secret) != FORM_OK)
		return refuse(x, STR("Basic credentials are not "
				     "form-urlencoded"));
	if (id.len == 0)
		return refuse(x, STR("Basic credentials have no client_id"));
	*out = (struct client_credentials){
		.method = STR(CLIENT_SECRET_BASIC),
		.client_id = id,
		.client_secret = { secret },
	};
	return OAUTH_OK;
}

static enum oauth_error refuse_two(struct exchange *x)
{
	return oauth_fail(x, OAUTH_INVALID_REQUEST,
			  "one method of client authentication a request");
}

static enum oauth_error read_header(struct exchange *x, struct str header,
				    const struct form *form,
				    struct client_credentials *out)
{
	struct str client_id = form_get(form, STR("client_id"));
	struct str scheme = credentials_scheme(&header);
	enum oauth_error e;

	if (form_get(form, STR("client_secret")).len > 0)
		return refuse_two(x);
	if (!str_eq_nocase(scheme, STR("Basic")))
		return refuse(x, STR("an Authorization scheme other than "
				     "Basic"));
	e = read_basic(x, header, out);
	if (e)
		return e;
	if (client_id.len > 0 && !str_eq(client_id, out->client_id))
		return oauth_fail(x, OAUTH_INVALID_REQUEST,
				  "client_id is not the one that "
				  "authenticates");
	return OAUTH_OK;
}

/*
 * RFC 7523 section 2.2.  Which client it is, and by which method, is the
 * assertion's to say; RFC 7521 section 4.2: a client_id besides it "MUST
 * identify the same client".
 */
static enum oauth_error read_assertion(struct exchange *x, struct str text,
				       const struct form *form,
				       struct client_credentials *out)
{
	struct str client_id = form_get(form, STR("client_id")), fault;
	struct assertion *as = arena_alloc(x->arena, sizeof(*as));

	if (x->request->authorization.len > 0 ||
	    form_get(form, STR("client_secret")).len > 0)
		return refuse_two(x);
	if (!str_eq(form_get(form, STR("client_assertion_type")),
		    STR(CLIENT_ASSERTION_TYPE)))
		return refuse(x, STR("another client_assertion_type"));
	fault = assertion_parse(x->arena, text, as);
	if (fault.ptr)
		return refuse(x, fault);
	if (as->sub.len == 0)
		return refuse(x, STR("sub is missing or no string"));
	if (client_id.len > 0 && !str_eq(client_id, as->sub))
		return refuse(x, STR("client_id is not the assertion's"));
	*out = (struct client_credentials){
		.method = as->jws.alg == JOSE_HS256 ? STR(CLIENT_SECRET_JWT)
						    : STR(PRIVATE_KEY_JWT),
		.client_id = as->sub,
		.assertion = as,
	};
	return OAUTH_OK;
}

enum oauth_error client_auth_read(struct exchange *x, const struct form *form,
				  struct client_credentials *out)
{
	struct str secret = form_get(form, STR("client_secret"));
	struct str assertion = form_get(form, STR("client_assertion"));
	enum oauth_error e;

	if (assertion.len > 0 ||
	    form_get(form, STR("client_assertion_type")).len > 0) {
		e = read_assertion(x, assertion, form, out);
		if (e)
			return e;
	} else if (x->request->authorization.len > 0) {
		e = read_header(x, x->request->authorization, form, out);
		if (e)
			return e;
	} else {
		*out = (struct client_credentials){
			.method = secret.len > 0 ? STR(CLIENT_SECRET_POST)
						 : STR(NONE),
			.client_id = form_get(form, STR("client_id")),
			.client_secret = { secret },
		};
	}
	if (out->client_id.len == 0)
		return refuse(x, STR("no client_id"));
	x->client_id = out->client_id;
	return OAUTH_OK;
}

static enum oauth_error verify_assertion(struct exchange *x,
					 const struct assertion *as,
					 const struct client *c)
{
	const struct assertion_rules rules = {
		.client_id = c->client_id,
		.issuer = c->issuer,
		.endpoint = x->endpoint,
		.now = c->now,
		.alg = c->token_endpoint_auth_signing_alg,
		.fapi2 = c->fapi2,
	};
	struct str fault = client_assertion_fault(as, &rules);
	const struct jwk *key = NULL;
	bool first = false;
	enum oauth_error e;

	if (fault.ptr)
		return refuse(x, fault);
	e = client_keys_find(x, c, as->jws.kid, as->jws.alg, &key);
	if (e)
		return e;
	if (!key)
		return refuse(x, x->reason);
	if (!jws_verify(x->arena, &as->jws, key, as->jws.alg))
		return refuse(x, STR("the signature is wrong"));
	e = jti_use(x, as->iss, as->jti, as->exp, &first);
	if (e)
		return e;
	return first ? OAUTH_OK : refuse(x, STR("the jti was used before"));
}

enum oauth_error client_auth_verify(struct exchange *x,
				    const struct client_credentials *c,
				    const struct db_call *load,
				    struct client *out)
{
	if (!client_load_read(load, out))
		return refuse(x, STR("no such client"));
	if (out->disabled)
		return refuse(x, STR("the client is disabled"));
	if (!str_eq(c->method, out->token_endpoint_auth_method))
		return refuse(x, STR("not the client's registered "
				     "token_endpoint_auth_method"));
	if (client_is_public(out))
		return OAUTH_OK;
	if (out->client_secret_expired)
		return refuse(x, STR("the client_secret has expired"));
	if (c->assertion)
		return verify_assertion(x, c->assertion, out);
	if (!secret_verify(x->arena, c->client_secret,
			   out->client_secret_verifier))
		return refuse(x, STR("a wrong client_secret"));
	return OAUTH_OK;
}
