/* id_token_hint.c - an ID token of ours that comes back. */
#include "oauth/id_token_hint.h"

#include "jose/jwk.h"

#define KID_LEN 43	/* a thumbprint (RFC 7638), as all of ours are */

/* Seconds that the clocks of two databases, before and after a restore, may be
 * apart. */
#define SKEW 30

/* Type "JWT" and exp: no access token, logout token or UserInfo answer, which
 * the same keys sign (RFC 8725 section 3.11). */
static bool take_apart(struct arena *a, struct str text, struct jws *j,
		       const struct json **claims)
{
	long long exp;

	return text.ptr && jws_parse(a, text, j) && j->alg != JOSE_NO_ALG &&
	       j->alg != JOSE_HS256 && j->kid.len == KID_LEN &&
	       str_eq(j->typ, STR("JWT")) && jwt_claims(a, j, claims) &&
	       jwt_number(*claims, STR("exp"), &exp);
}

static struct str client_of(const struct json *claims)
{
	const struct json *aud = json_member(claims, STR("aud"));
	struct str azp = json_text(json_member(claims, STR("azp")));

	if (azp.ptr)
		return azp;
	if (!json_is_array(aud))
		return json_text(aud);
	aud = json_item(aud, 0);
	return json_next(aud) ? STR_NONE : json_text(aud);
}

struct str id_token_hint_whose(struct exchange *x, struct str text)
{
	const struct json *claims;
	struct jws j;

	return take_apart(x->arena, text, &j, &claims) ? client_of(claims)
						       : STR_NONE;
}

struct db_call *id_token_hint_ask(struct exchange *x, struct db_work *w,
				  struct str text)
{
	const struct json *claims;
	struct jws j;
	struct db_param kid;

	if (!take_apart(x->arena, text, &j, &claims))
		return NULL;
	kid = (struct db_param)DB_TEXT(j.kid);
	return db_add(w, x->arena, QUERY_HINT_KEY_LOAD, &kid, 1);
}

static bool is_signed(struct exchange *x, const struct jws *j,
		      const struct db_call *call)
{
	const struct jwk *key;

	if (db_rows(call) == 0)
		return false;
	key = jwk_cache_read(x->keys, x->arena, db_text(call, 0, 0));
	return key && jws_verify(x->arena, j, key,
				 jose_alg_find(db_text(call, 0, 1)));
}

/* Absent, or a time that has come. */
static bool is_past(const struct json *claims, struct str name, long long now)
{
	long long t = 0;

	switch (jwt_number_read(claims, name, &t)) {
	case JWT_ABSENT:
		return true;
	case JWT_WRONG:
		return false;
	case JWT_OK:
		break;
	}
	return t <= now + SKEW;
}

/* Absent: none. */
static struct str fault_of(struct exchange *x, const struct jws *j,
			   const struct json *claims,
			   const struct db_call *call)
{
	struct str iss = json_text(json_member(claims, STR("iss")));
	long long now = db_number(call, 0, 3);

	if (!is_signed(x, j, call))
		return STR("id_token_hint was not signed by this server");
	if (!str_eq(iss, db_text(call, 0, 2)))
		return STR("id_token_hint is of another issuer");
	if (json_text(json_member(claims, STR("sub"))).len == 0)
		return STR("id_token_hint has no sub");
	if (!is_past(claims, STR("nbf"), now) ||
	    !is_past(claims, STR("iat"), now))
		return STR("id_token_hint is of the future");
	return STR_NONE;
}

bool id_token_hint_read(struct exchange *x, const struct db_call *call,
			struct str text, struct id_token_hint *out)
{
	struct str fault = STR("id_token_hint is no ID token");
	const struct json *claims = NULL;
	struct jws j;

	if (call && take_apart(x->arena, text, &j, &claims))
		fault = fault_of(x, &j, claims, call);
	if (fault.ptr) {
		oauth_reason(x, fault);
		return false;
	}
	*out = (struct id_token_hint){
		.sub = json_text(json_member(claims, STR("sub"))),
		.sid = json_text(json_member(claims, STR("sid"))),
		.client_id = client_of(claims),
		.claims = claims,
	};
	return true;
}
