/* key_rotation.c - the keys that sign, made when they are due. */
#include "oauth/key_rotation.h"

#include "base/base64.h"
#include "base/json.h"
#include "crypto/seal.h"
#include "jose/jwk.h"

/* What the seal is bound to: a key moved to another row does not open. */
static struct str seal_context(struct arena *a, struct str kid)
{
	struct buf b;

	buf_init(&b, a);
	buf_add(&b, STR("signing_key "));
	buf_add(&b, kid);
	return buf_str(&b);
}

bool key_unseal(struct arena *a, const struct hash *key, struct str kid,
		struct str sealed, struct str *out)
{
	struct str bytes;

	return base64url_decode_all(a, sealed, &bytes) &&
	       unseal(a, key, seal_context(a, kid), bytes, out);
}

static struct str written(struct arena *a, const struct jwk *key,
			  bool with_private)
{
	struct buf b;

	buf_init(&b, a);
	jwk_write(&b, STR_NONE, key, with_private);
	return buf_str(&b);
}

static bool make_key(struct db *db, struct arena *a, const struct hash *key,
		     enum jose_alg alg, bool forced)
{
	const struct jwk *jwk = jwk_generate(a, alg);
	struct str kid = jwk_kid(jwk);
	struct str sealed = seal(a, key, seal_context(a, kid),
				 written(a, jwk, true));
	const struct db_param params[] = {
		DB_TEXT(kid),
		DB_TEXT(jose_alg_name(alg)),
		DB_TEXT(written(a, jwk, false)),
		DB_TEXT(base64url_encode(a, sealed.ptr, sealed.len)),
		DB_BOOL(forced),
	};
	struct db_work w = { .count = 0 };
	enum db_status s;

	db_add(&w, a, QUERY_KEY_CREATE, params, 5);
	s = db_run(db, a, DB_WRITE, &w);
	return s == DB_OK || s == DB_NO_ROW;
}

static bool make_all(struct db *db, struct arena *a, const struct hash *key)
{
	struct str names = jose_signing_algs(), name;
	bool ok = true;

	while (ok && (name = str_word(&names)).ptr)
		ok = make_key(db, a, key, jose_alg_find(name), true);
	return ok;
}

bool key_rotation_run(struct db *db, struct arena *a, const struct hash *key,
		      bool forced)
{
	struct db_work w = { .count = 0 };
	const struct db_call *due;
	enum db_status s;
	bool ok = true;

	if (forced)
		return make_all(db, a, key);
	due = db_add(&w, a, QUERY_KEY_DUE, NULL, 0);
	s = db_run(db, a, DB_READ, &w);
	if (s != DB_OK && s != DB_NO_ROW)
		return false;
	for (size_t i = 0; ok && i < db_rows(due); i++)
		ok = make_key(db, a, key, jose_alg_find(db_text(due, i, 0)),
			      false);
	return ok;
}
