/*
 * access_jwt.c - access tokens that carry themselves.
 *
 * What they came of is in the claim grant_id, so that revoking that ends them,
 * too: who asks here, and not only at the signature, hears of it at once.
 */
#include "oauth/access_jwt.h"

#include "base/base64.h"
#include "base/json.h"
#include "crypto/credential.h"
#include "jose/jwt.h"

#define JTI_MAX 128

/*
 * When it was issued, to the microsecond, and 128 random bits: iat is too rough
 * to tell whether it came before all tokens of a client were revoked.
 */
static struct str new_jti(struct arena *a, const struct client *c)
{
	const struct credential random = credential_new();
	struct buf b;

	buf_init(&b, a);
	buf_number(&b, c->now_us);
	buf_char(&b, '.');
	buf_add(&b, base64url_encode(a, random.bytes, 16));
	return buf_str(&b);
}

struct str access_jwt_make(struct exchange *x, const struct signer *s,
			   const struct access_jwt *t)
{
	const struct client *c = t->client;
	const struct subject *who = t->subject;
	struct buf b;

	buf_init(&b, x->arena);
	json_object(&b, STR_NONE);
	json_string(&b, STR("iss"), c->issuer);
	json_string(&b, STR("sub"), who ? who->sub : c->client_id);
	json_string(&b, STR("aud"), c->access_token_audience);
	json_string(&b, STR("client_id"), c->client_id);
	json_number(&b, STR("exp"), c->now + t->lifetime);
	json_number(&b, STR("iat"), c->now);
	json_string(&b, STR("jti"), new_jti(x->arena, c));
	if (t->scope.len > 0)
		json_string(&b, STR("scope"), t->scope);
	if (who && who->auth_time > 0)
		json_number(&b, STR("auth_time"), who->auth_time);
	if (who && who->acr.ptr)
		json_string(&b, STR("acr"), who->acr);
	if (who && who->amr.len > 0)
		json_words(&b, STR("amr"), who->amr);
	json_string(&b, STR("grant_id"), t->authorization_id);
	json_object_end(&b);
	return signer_sign(x, s, STR("at+jwt"), buf_str(&b));
}

bool access_jwt_is(struct str text)
{
	return str_has(text, '.');
}

/* The token taken apart, nothing of it believed yet. */
struct parts {
	struct jws jws;
	const struct json *claims;
	struct str jti, client_id, grant_id;
	long long iat, exp, issued_us;
};

/* RFC 9068 section 4: "at+jwt", or with "application/" before it. */
static bool has_type(struct str typ)
{
	return str_eq_nocase(typ, STR("at+jwt")) ||
	       str_eq_nocase(typ, STR("application/at+jwt"));
}

/* It acts for a person by a grant, or for the client itself. */
static bool has_subject(const struct parts *p)
{
	struct str sub = json_text(json_member(p->claims, STR("sub")));
	long long number;

	if (!json_member(p->claims, STR("grant_id")))
		return sub.ptr && str_eq(sub, p->client_id);
	return sub.ptr && str_number(p->grant_id, &number);
}

static bool is_text_or_absent(const struct json *claims, struct str name)
{
	const struct json *value = json_member(claims, name);

	return !value || json_text(value).ptr;
}

static bool is_list_of_texts(const struct json *value)
{
	if (!json_is_array(value))
		return false;
	for (const struct json *item = json_item(value, 0); item;
	     item = json_next(item)) {
		if (!json_text(item).ptr)
			return false;
	}
	return true;
}

/* RFC 9068 section 2.2.1: of the types of OpenID Connect Core section 2. */
static bool is_authentication(const struct json *claims)
{
	const struct json *amr = json_member(claims, STR("amr"));
	long long at;

	return jwt_number_read(claims, STR("auth_time"), &at) != JWT_WRONG &&
	       is_text_or_absent(claims, STR("acr")) &&
	       (!amr || is_list_of_texts(amr));
}

static bool take_apart(struct arena *a, struct str text, struct parts *p)
{
	struct str random;

	if (!jws_parse(a, text, &p->jws) || !has_type(p->jws.typ) ||
	    !p->jws.kid.ptr || !jwt_claims(a, &p->jws, &p->claims))
		return false;
	p->jti = json_text(json_member(p->claims, STR("jti")));
	p->client_id = json_text(json_member(p->claims, STR("client_id")));
	p->grant_id = json_text(json_member(p->claims, STR("grant_id")));
	random = p->jti;
	if (!str_number(str_cut(&random, '.'), &p->issued_us))
		return false;
	return p->jti.len <= JTI_MAX && p->client_id.ptr && has_subject(p) &&
	       json_text(json_member(p->claims, STR("aud"))).ptr &&
	       is_text_or_absent(p->claims, STR("scope")) &&
	       is_authentication(p->claims) &&
	       jwt_number(p->claims, STR("iat"), &p->iat) &&
	       jwt_number(p->claims, STR("exp"), &p->exp);
}

static struct db_call *ask(struct db_work *w, struct arena *a,
			   const struct parts *p, struct hash *jti)
{
	const struct db_param params[] = {
		DB_TEXT(p->jws.kid),
		DB_BYTES(hash_str(jti)),
		DB_TEXT(p->client_id),
		DB_PRINTED(p->grant_id),
		db_integer(a, p->issued_us),
		DB_TEXT(json_text(json_member(p->claims, STR("scope")))),
	};

	return db_add(w, a, QUERY_ACCESS_JWT_LOAD, params, 6);
}

static bool is_signed(struct exchange *x, const struct parts *p,
		      const struct db_call *load)
{
	const struct jwk *key;

	if (db_rows(load) == 0)
		return false;
	key = jwk_cache_read(x->keys, x->arena, db_text(load, 0, 0));
	return key && jws_verify(x->arena, &p->jws, key,
				 jose_alg_find(db_text(load, 0, 1))) &&
	       str_eq(json_text(json_member(p->claims, STR("iss"))),
		      db_text(load, 0, 2));
}

static void describe(const struct parts *p, const struct db_call *load,
		     struct introspected *out)
{
	*out = (struct introspected){
		.client_id = p->client_id,
		.sub = json_text(json_member(p->claims, STR("sub"))),
		.username = db_text(load, 0, 4),
		.scope = json_text(json_member(p->claims, STR("scope"))),
		.audience = db_text(load, 0, 5),
		.aud = json_text(json_member(p->claims, STR("aud"))),
		.jti = p->jti,
		.iat = p->iat,
		.exp = p->exp,
		.state = p->exp <= db_number(load, 0, 3) ? STR("expired")
							 : db_text(load, 0, 6),
		.of_user = p->grant_id.ptr != NULL,
		.requested_claims = db_text(load, 0, 7),
		.claims = db_text(load, 0, 8),
		.more_claims = db_text(load, 0, 9),
		.userinfo_key = sealed_key_read(load, 10),
		.issuer = db_text(load, 0, 2),
		.now = db_number(load, 0, 3),
	};
}

enum oauth_error access_jwt_check(struct exchange *x, struct str text,
				  bool *ours, struct introspected *out)
{
	struct db_work w = { .count = 0 };
	const struct db_call *load;
	struct parts p;
	struct hash jti;
	enum oauth_error e;

	*ours = false;
	if (!take_apart(x->arena, text, &p)) {
		oauth_reason(x, STR("not an access token of this server"));
		return OAUTH_OK;
	}
	jti = hash_sha256(p.jti);
	load = ask(&w, x->arena, &p, &jti);
	e = oauth_db(x, DB_READ, &w);
	if (e)
		return e;
	*ours = is_signed(x, &p, load);
	if (*ours)
		describe(&p, load, out);
	else
		oauth_reason(x, STR("not signed by this server"));
	return OAUTH_OK;
}
