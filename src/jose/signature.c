/*
 * signature.c - making and verifying signatures over bytes.
 *
 * RSA and ECDSA are OpenSSL's, Ed25519 and HMAC libsodium's.
 */
#include <assert.h>
#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/pool.h"
#include "crypto/ed25519.h"
#include "crypto/hash.h"
#include "crypto/secret.h"
#include "jose/signature.h"

#define HALF 32		/* r or s of P-256 */
#define DER_MAX 72	/* of both: two integers of 33 bytes, and their tags */

static const unsigned char *bytes_of(struct str s)
{
	return (const unsigned char *)(s.ptr ? s.ptr : "");
}

static EVP_MD_CTX *new_context(void)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	if (!context)
		abort();
	return context;
}

/* PSS: the salt is as long as the hash, and MGF1 uses the same hash (RFC 7518
 * section 3.5). */
static bool set_padding(EVP_PKEY_CTX *key, enum jose_alg alg)
{
	if (alg == JOSE_RS256)
		return EVP_PKEY_CTX_set_rsa_padding(key, RSA_PKCS1_PADDING) > 0;
	return alg != JOSE_PS256 ||
	       (EVP_PKEY_CTX_set_rsa_padding(key, RSA_PKCS1_PSS_PADDING) > 0 &&
		EVP_PKEY_CTX_set_rsa_pss_saltlen(key,
						 RSA_PSS_SALTLEN_DIGEST) > 0);
}

static bool pkey_verify(EVP_PKEY *pkey, enum jose_alg alg, struct str message,
			const unsigned char *signature, size_t len)
{
	EVP_MD_CTX *context = new_context();
	EVP_PKEY_CTX *key;
	bool good;

	/* The key is one for alg: nothing can be missing but memory. */
	if (EVP_DigestVerifyInit_ex(context, &key, "SHA256", NULL, NULL, pkey,
				    NULL) != 1 || !set_padding(key, alg))
		abort();
	good = EVP_DigestVerify(context, signature, len, bytes_of(message),
				message.len) == 1;
	EVP_MD_CTX_free(context);
	return good || key_failed();
}

/* Ready to sign a SHA-256. */
static EVP_PKEY_CTX *take_context(const struct jwk *k, enum jose_alg alg)
{
	EVP_PKEY_CTX *context = NULL;

	if (k->alg == alg)
		context = atomic_exchange(&k->spare->context, NULL);
	if (context)
		return context;
	context = EVP_PKEY_CTX_new_from_pkey(NULL, k->pkey, NULL);
	if (!context || EVP_PKEY_sign_init(context) != 1 ||
	    !set_padding(context, alg) ||
	    EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()) != 1)
		abort();
	return context;
}

static void leave_context(const struct jwk *k, enum jose_alg alg,
			  EVP_PKEY_CTX *context)
{
	if (k->alg == alg)
		context = atomic_exchange(&k->spare->context, context);
	EVP_PKEY_CTX_free(context);
}

/* *len: the room in out, and then what was used of it. */
static bool pkey_sign(const struct jwk *k, enum jose_alg alg,
		      struct str message, unsigned char *out, size_t *len)
{
	const struct hash hash = hash_sha256(message);
	EVP_PKEY_CTX *context = take_context(k, alg);
	const bool good = EVP_PKEY_sign(context, out, len, hash.bytes,
					sizeof(hash.bytes)) == 1;

	leave_context(k, alg, context);
	return good || key_failed();
}

/* r and s, 32 bytes each (RFC 7518 section 3.4), as the DER that OpenSSL
 * reads; its length. */
static size_t der_of_halves(const unsigned char *halves,
			    unsigned char out[DER_MAX])
{
	ECDSA_SIG *both = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(halves, HALF, NULL);
	BIGNUM *s = BN_bin2bn(halves + HALF, HALF, NULL);
	int len;

	if (!both || !r || !s || !ECDSA_SIG_set0(both, r, s))
		abort();
	len = i2d_ECDSA_SIG(both, &out);
	if (len <= 0)
		abort();
	ECDSA_SIG_free(both);
	return (size_t)len;
}

static void halves_of_der(const unsigned char *der, size_t len,
			  unsigned char out[2 * HALF])
{
	ECDSA_SIG *both = d2i_ECDSA_SIG(NULL, &der, (long)len);

	if (!both ||
	    BN_bn2binpad(ECDSA_SIG_get0_r(both), out, HALF) < 0 ||
	    BN_bn2binpad(ECDSA_SIG_get0_s(both), out + HALF, HALF) < 0)
		abort();
	ECDSA_SIG_free(both);
}

static bool verify_es256(const struct jwk *k, enum jose_alg alg,
			 struct str message, struct str signature)
{
	unsigned char der[DER_MAX];
	size_t len;

	if (signature.len != 2 * HALF)
		return false;
	len = der_of_halves(bytes_of(signature), der);
	return pkey_verify(k->pkey, alg, message, der, len);
}

/* Shorter ones would be taken for numbers without their leading zeros. */
static bool verify_rsa(const struct jwk *k, enum jose_alg alg,
		       struct str message, struct str signature)
{
	return signature.len == k->bytes[RSA_N].len &&
	       pkey_verify(k->pkey, alg, message, bytes_of(signature),
			   signature.len);
}

static bool verify_eddsa(const struct jwk *k, enum jose_alg alg,
			 struct str message, struct str signature)
{
	(void)alg;
	return ed25519_verify(bytes_of(k->bytes[OKP_X]), message, signature);
}

static bool verify_hs256(const struct jwk *k, enum jose_alg alg,
			 struct str message, struct str signature)
{
	const struct hash h = hash_hmac_raw(k->bytes[OCT_K], message);

	(void)alg;
	return secret_eq((struct secret){ hash_str(&h) },
			 (struct secret){ signature });
}

struct rsa_signing {
	const struct jwk *key;
	enum jose_alg alg;
	struct str message;
	unsigned char *out;
	size_t len;
	bool done;
};

static void sign_now(void *arg)
{
	struct rsa_signing *s = arg;

	s->done = pkey_sign(s->key, s->alg, s->message, s->out, &s->len);
}

/* By a thread: it takes as long as ten other requests. */
static struct str make_rsa(struct arena *a, const struct jwk *k,
			   enum jose_alg alg, struct str message)
{
	static struct pool signing = POOL_OF_BRIEF;
	struct rsa_signing s = {
		.key = k, .alg = alg, .message = message,
		.out = arena_alloc(a, k->bytes[RSA_N].len),
		.len = k->bytes[RSA_N].len,
	};

	pool_run(&signing, sign_now, &s);
	return s.done ? (struct str){ (const char *)s.out, s.len } : STR_NONE;
}

static struct str make_es256(struct arena *a, const struct jwk *k,
			     enum jose_alg alg, struct str message)
{
	unsigned char der[DER_MAX], *out = arena_alloc(a, 2 * HALF);
	size_t len = sizeof(der);

	if (!pkey_sign(k, alg, message, der, &len))
		return STR_NONE;
	halves_of_der(der, len, out);
	return (struct str){ (const char *)out, 2 * HALF };
}

static struct str make_eddsa(struct arena *a, const struct jwk *k,
			     enum jose_alg alg, struct str message)
{
	unsigned char *out = arena_alloc(a, ED25519_SIGNATURE_LEN);

	(void)alg;
	/* key_load() has seen that these two belong together. */
	ed25519_sign(bytes_of(k->bytes[OKP_D]), bytes_of(k->bytes[OKP_X]),
		     message, out);
	return (struct str){ (const char *)out, ED25519_SIGNATURE_LEN };
}

static struct str make_hs256(struct arena *a, const struct jwk *k,
			     enum jose_alg alg, struct str message)
{
	const struct hash h = hash_hmac_raw(k->bytes[OCT_K], message);

	(void)alg;
	return str_dup(a, hash_str(&h));
}

static const struct {
	enum key_type type;
	bool (*verify)(const struct jwk *k, enum jose_alg alg,
		       struct str message, struct str signature);
	struct str (*make)(struct arena *a, const struct jwk *k,
			   enum jose_alg alg, struct str message);
} algs[JOSE_ALGS] = {
	[JOSE_RS256] = { KEY_RSA, verify_rsa, make_rsa },
	[JOSE_PS256] = { KEY_RSA, verify_rsa, make_rsa },
	[JOSE_ES256] = { KEY_EC, verify_es256, make_es256 },
	[JOSE_EDDSA] = { KEY_OKP, verify_eddsa, make_eddsa },
	[JOSE_HS256] = { KEY_OCT, verify_hs256, make_hs256 },
};

enum key_type signature_type(enum jose_alg alg)
{
	return algs[alg].type;
}

static bool suits(const struct jwk *k, enum jose_alg alg)
{
	return alg < JOSE_ALGS && algs[alg].type == k->type;
}

bool signature_verify(const struct jwk *k, enum jose_alg alg,
		      struct str message, struct str signature)
{
	return suits(k, alg) && algs[alg].verify(k, alg, message, signature);
}

struct str signature_make(struct arena *a, const struct jwk *k,
			  enum jose_alg alg, struct str message)
{
	assert(k->is_private && suits(k, alg));
	return algs[alg].make(a, k, alg, message);
}
