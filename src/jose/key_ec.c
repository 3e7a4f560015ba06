/* key_ec.c - keys of the curve P-256 (RFC 7518 section 6.2). */
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "jose/key.h"

#define FIELD_LEN 32	/* of a coordinate, and of d */

/* The point as it is written by SEC 1 section 2.3.3: 4, x, y. */
static struct str point(struct arena *a, const struct jwk *k)
{
	unsigned char *out = arena_alloc(a, 1 + 2 * FIELD_LEN);

	out[0] = 4;
	memcpy(out + 1, k->bytes[EC_X].ptr, FIELD_LEN);
	memcpy(out + 1 + FIELD_LEN, k->bytes[EC_Y].ptr, FIELD_LEN);
	return (struct str){ (const char *)out, 1 + 2 * FIELD_LEN };
}

/* A public key: the point is on the curve.  A private one: it is d times the
 * base point, and d is in range. */
static bool is_sound(EVP_PKEY *pkey, bool is_private)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
	int sound;

	if (!context)
		abort();
	sound = is_private ? EVP_PKEY_check(context)
			   : EVP_PKEY_public_check(context);
	EVP_PKEY_CTX_free(context);
	return sound == 1 || key_failed();
}

bool key_load_ec(struct arena *a, struct jwk *k)
{
	const struct str d = k->bytes[EC_D];

	if (k->bytes[EC_X].len != FIELD_LEN ||
	    k->bytes[EC_Y].len != FIELD_LEN || (d.ptr && d.len != FIELD_LEN))
		return false;
	const struct key_param params[] = {
		{ OSSL_PKEY_PARAM_GROUP_NAME, STR("P-256"), KEY_TEXT },
		{ OSSL_PKEY_PARAM_PUB_KEY, point(a, k), KEY_OCTETS },
		{ OSSL_PKEY_PARAM_PRIV_KEY, d, KEY_NUMBER },
	};
	k->pkey = key_import(a, "EC", k->is_private, params,
			     sizeof(params) / sizeof(params[0]));
	return k->pkey && is_sound(k->pkey, k->is_private);
}

void key_generate_ec(struct arena *a, struct jwk *k)
{
	EVP_PKEY *pkey = EVP_EC_gen("P-256");

	if (!pkey)
		abort();
	k->bytes[EC_X] = key_export(a, pkey, OSSL_PKEY_PARAM_EC_PUB_X,
				    FIELD_LEN);
	k->bytes[EC_Y] = key_export(a, pkey, OSSL_PKEY_PARAM_EC_PUB_Y,
				    FIELD_LEN);
	k->bytes[EC_D] = key_export(a, pkey, OSSL_PKEY_PARAM_PRIV_KEY,
				    FIELD_LEN);
	EVP_PKEY_free(pkey);
}
