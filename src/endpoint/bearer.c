/* bearer.c - the guard of a protected resource (RFC 6750). */
#include "endpoint/bearer.h"

#include <string.h>

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
 * The token of the Authorization header, the one place where it is looked for:
 * what stands in a query ends up in logs (RFC 9700 section 4.3.2).
 */
static enum oauth_error find_token(struct exchange *x, struct str *out)
{
	struct str header = x->request->authorization;
	struct str query = x->request->query;
	struct str scheme = str_cut(&header, ' ');

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

static enum oauth_error check_token(struct exchange *x, struct str token,
				    struct bearer *out)
{
	struct db_work w = { .count = 0 };
	struct db_call *check;
	struct row_key key;
	struct credential c;
	struct bearer b;
	enum oauth_error e;

	if (!credential_parse(token, CREDENTIAL_ACCESS_TOKEN, &key.slot, &c))
		return refuse(x, STR("not an access token of this server"));
	key.hash = credential_hash(&c);
	check = bearer_check_ask(&w, x->arena, &key);
	e = oauth_db(x, DB_READ, &w);
	if (e)
		return e;
	if (!bearer_check_read(check, &b))
		return refuse(x, STR("no such access token"));
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
	enum oauth_error e = find_token(x, &token);

	if (!e)
		e = check_token(x, token, out);
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
