/* bearer.c - the guard of a protected resource (RFC 6750). */
#include "endpoint/bearer.h"

#include <string.h>

#include "http/credentials.h"
#include "oauth/access_jwt.h"
#include "oauth/params.h"

/* b64token (RFC 6750 section 2.1), without the padding at its end. */
static bool is_b64token(struct str s)
{
	while (s.len > 1 && str_ends(s, STR("=")))
		s.len--;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
		    !(c >= '0' && c <= '9') &&
		    (c == '\0' || !strchr("-._~+/", c)))
			return false;
	}
	return s.len > 0;
}

/*
 * The form parameter access_token, for the endpoints that RFC 6750 section 2.2
 * is still for.  Never beside the header: "Clients MUST NOT use more than one
 * method".
 */
static enum oauth_error find_in_body(struct exchange *x, struct str *out)
{
	struct str header = x->request->authorization;
	struct form form;
	struct str token;

	if (x->request->body.len == 0)
		return OAUTH_OK;
	if (params_read_body(x, &form))
		return x->error;
	token = form_get(&form, STR("access_token"));
	if (token.len > 0 && header.ptr)
		return oauth_fail(x, OAUTH_INVALID_REQUEST,
				  "the access token is there twice");
	if (token.len > 0 && !is_b64token(token))
		return oauth_fail(x, OAUTH_INVALID_REQUEST,
				  "access_token is not one");
	*out = token.len > 0 ? token : STR_NONE;
	return OAUTH_OK;
}

/*
 * The token of the Authorization header, the one place where it is looked for:
 * what stands in a query ends up in logs (RFC 9700 section 4.3.2).
 */
static enum oauth_error find_token(struct exchange *x, struct str *out)
{
	struct str header = x->request->authorization;
	struct str query = x->request->query;
	struct str scheme = credentials_scheme(&header);

	while (query.ptr) {
		struct str value = str_cut(&query, '&');

		if (str_eq(str_cut(&value, '='), STR("access_token")))
			return oauth_fail(x, OAUTH_INVALID_REQUEST,
					  "an access token belongs in the "
					  "Authorization header");
	}
	if (!str_eq_nocase(scheme, STR("Bearer"))) {
		oauth_reason(x, scheme.ptr
			? STR("an Authorization scheme other than Bearer")
			: STR("no Authorization header"));
		return oauth_fail(x, OAUTH_MISSING_TOKEN, "");
	}
	if (!is_b64token(header))
		return oauth_fail(x, OAUTH_INVALID_REQUEST,
				  "Authorization has no single access token");
	*out = header;
	return OAUTH_OK;
}

static enum oauth_error refuse(struct exchange *x, struct str reason)
{
	oauth_reason(x, reason);
	return oauth_fail(x, OAUTH_INVALID_TOKEN,
			  "the access token is not valid, or no longer");
}

/* RFC 9068 section 4. */
static enum oauth_error look_at_jwt(struct exchange *x, struct str token,
				    struct bearer *out)
{
	struct introspected t = { .state = STR_NONE };
	bool ours = false;
	enum oauth_error e = access_jwt_check(x, token, &ours, &t);

	if (e)
		return e;
	if (!ours)
		return refuse(x, x->reason);
	/* Section 4: "The resource server MUST validate that the 'aud' claim
	 * contains a resource indicator value [...] it identifies with". */
	if (!str_eq(t.aud, t.issuer))
		return refuse(x, STR("the access token is for another "
				     "resource"));
	*out = (struct bearer){
		.client_id = t.client_id,
		.sub = t.of_user ? t.sub : STR_NONE,
		.username = t.username,
		.scope = t.scope.ptr ? t.scope : STR(""),
		.state = t.state,
		.requested_claims = t.requested_claims,
		.claims = t.claims,
		.more_claims = t.more_claims,
		.issuer = t.issuer,
		.now = t.now,
		.userinfo_key = t.userinfo_key,
	};
	return OAUTH_OK;
}

static enum oauth_error look_up(struct exchange *x, struct str token,
				bool claims, struct bearer *out)
{
	struct db_work w = { .count = 0 };
	struct db_call *check;
	struct row_key key;
	struct credential c;
	enum oauth_error e;

	if (access_jwt_is(token))
		return look_at_jwt(x, token, out);
	if (!credential_parse(token, CREDENTIAL_ACCESS_TOKEN, &key.slot, &c))
		return refuse(x, STR("not an access token of this server"));
	key.hash = credential_hash(&c);
	check = bearer_check_ask(&w, x->arena, claims, &key);
	if (!check)
		return refuse(x, STR("no such access token"));
	e = oauth_db(x, DB_READ, &w);
	if (e)
		return e;
	return bearer_check_read(check, claims, out)
		       ? OAUTH_OK
		       : refuse(x, STR("no such access token"));
}

static enum oauth_error check_token(struct exchange *x, struct str token,
				    bool claims, struct bearer *out)
{
	struct bearer b = { .state = STR_NONE };
	enum oauth_error e = look_up(x, token, claims, &b);

	if (e)
		return e;
	x->client_id = b.client_id;
	x->user = b.sub;
	if (!str_eq(b.state, STR("live")))
		return refuse(x, b.state);
	*out = b;
	return OAUTH_OK;
}

static enum oauth_error require(struct exchange *x,
				const struct scope_need *need,
				struct bearer *out)
{
	struct str token = STR_NONE;
	enum oauth_error e = OAUTH_OK;

	if (need->claims && str_eq(x->request->method, STR("POST")))
		e = find_in_body(x, &token);
	if (!e && !token.ptr)
		e = find_token(x, &token);
	if (!e)
		e = check_token(x, token, need->claims, out);
	if (!e && !scope_meets(out->scope, need))
		return oauth_fail(x, OAUTH_INSUFFICIENT_SCOPE,
				  "the access token was not granted enough");
	return e;
}

enum oauth_error bearer_require(struct exchange *x,
				const struct scope_need *need,
				struct bearer *out)
{
	struct bearer b = { .state = STR_NONE };
	enum oauth_error e = require(x, need, &b);

	/* Optional forgives no token at all, but not a bad one. */
	if (e == OAUTH_MISSING_TOKEN && need->optional)
		e = x->error = OAUTH_OK;
	if (e) {
		oauth_reply_challenge(x);
		return e;
	}
	*out = b;
	return OAUTH_OK;
}
