/* signing.c - the server's own signatures. */
#include "oauth/signing.h"

#include "base/base64.h"
#include "crypto/seal.h"
#include "oauth/key_rotation.h"

static enum oauth_error fail(struct exchange *x, struct str reason)
{
	oauth_reason(x, reason);
	return oauth_fail(x, OAUTH_SERVER_ERROR,
			  "the request could not be completed");
}

static enum oauth_error open_key(struct exchange *x,
				 const struct sealed_key *stored,
				 struct signer *out)
{
	const enum jose_alg alg = jose_alg_find(stored->alg);
	const struct str sealed = stored->private_jwk;
	struct str jwk;
	struct signer s = {
		.alg = alg, .key = jwk_cache_find(x->keys, x->arena, sealed),
	};

	if (!s.key && !key_unseal(x->arena, x->key, stored->kid, sealed, &jwk))
		return fail(x, STR("a signing key was not sealed with this "
				   "server's key (POSTERN_KEY_FILE)"));
	if (!s.key)
		s.key = jwk_cache_keep(x->keys, x->arena, sealed, jwk);
	/* It was sealed together with its kid: another row's it is not. */
	if (!s.key || !jwk_fits(s.key, alg) ||
	    !str_eq(jwk_kid(s.key), stored->kid))
		return fail(x, STR("a signing key is not what its row says"));
	*out = s;
	return OAUTH_OK;
}

/* Make what is due, and look again. */
static enum oauth_error make_keys(struct exchange *x, struct str client_id,
				  struct str purpose, struct sealed_key *out)
{
	struct db_work w = { .count = 0 };
	struct db_call *call;
	enum oauth_error e;

	if (!key_rotation_run(x->db, x->arena, x->key, false))
		return fail(x, STR("a signing key could not be made"));
	call = signing_key_ask(&w, x->arena, client_id, purpose);
	e = oauth_db(x, DB_READ, &w);
	*out = sealed_key_read(call, 0);
	if (!e && !out->private_jwk.ptr)
		e = fail(x, STR("there is no signing key"));
	return e;
}

enum oauth_error signer_open(struct exchange *x,
			     const struct sealed_key *stored,
			     struct str client_id, struct str purpose,
			     struct signer *out)
{
	struct sealed_key key = *stored;
	enum oauth_error e = OAUTH_OK;

	if (!key.private_jwk.ptr)
		e = make_keys(x, client_id, purpose, &key);
	return e ? e : open_key(x, &key, out);
}

struct str signer_sign(struct exchange *x, const struct signer *s,
		       struct str typ, struct str payload)
{
	return jws_sign(x->arena, s->key, s->alg, typ, payload);
}

struct str signer_half_hash(struct arena *a, enum jose_alg alg,
			    struct str text)
{
	if (alg == JOSE_EDDSA) {
		struct hash_long h = hash_sha512(text);

		return base64url_encode(a, h.bytes, sizeof(h.bytes) / 2);
	} else {
		struct hash h = hash_sha256(text);

		return base64url_encode(a, h.bytes, sizeof(h.bytes) / 2);
	}
}
