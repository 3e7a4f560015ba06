/* key.c - keys of every type, and their way into OpenSSL and out of it. */
#include <assert.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/arena.h"
#include "crypto/ed25519.h"
#include "crypto/random.h"
#include "jose/key.h"

static void free_number(void *n)
{
	BN_clear_free(n);
}

static void free_builder(void *builder)
{
	OSSL_PARAM_BLD_free(builder);
}

static void free_params(void *params)
{
	OSSL_PARAM_free(params);
}

static void free_context(void *context)
{
	EVP_PKEY_CTX_free(context);
}

static void free_pkey(void *pkey)
{
	EVP_PKEY_free(pkey);
}

/* No memory: abort, as everywhere. */
static void *must(void *p)
{
	if (!p)
		abort();
	return p;
}

/* What OpenSSL gave, given back at the reset. */
static void *keep(struct arena *a, void *p, void (*release)(void *))
{
	arena_defer(a, release, must(p));
	return p;
}

bool key_failed(void)
{
	unsigned long note;

	while ((note = ERR_get_error()) != 0) {
		if (ERR_GET_REASON(note) == ERR_R_MALLOC_FAILURE)
			abort();
	}
	return false;
}

static bool push_param(struct arena *a, OSSL_PARAM_BLD *builder,
		       const struct key_param *p)
{
	const unsigned char *bytes = (const unsigned char *)p->bytes.ptr;
	BIGNUM *n;

	switch (p->form) {
	case KEY_OCTETS:
		return OSSL_PARAM_BLD_push_octet_string(builder, p->name,
							bytes, p->bytes.len);
	case KEY_TEXT:
		return OSSL_PARAM_BLD_push_utf8_string(
			builder, p->name, p->bytes.ptr, p->bytes.len);
	case KEY_NUMBER:
		break;
	}
	n = keep(a, BN_bin2bn(bytes, (int)p->bytes.len, NULL), free_number);
	return OSSL_PARAM_BLD_push_BN(builder, p->name, n);
}

EVP_PKEY *key_import(struct arena *a, const char *type, bool is_private,
		     const struct key_param *params, size_t count)
{
	OSSL_PARAM_BLD *builder = keep(a, OSSL_PARAM_BLD_new(), free_builder);
	EVP_PKEY_CTX *context = keep(
		a, EVP_PKEY_CTX_new_from_name(NULL, type, NULL), free_context);
	OSSL_PARAM *list;
	EVP_PKEY *pkey = NULL;

	for (size_t i = 0; i < count; i++) {
		if (params[i].bytes.ptr && !push_param(a, builder, &params[i]))
			abort();
	}
	list = keep(a, OSSL_PARAM_BLD_to_param(builder), free_params);
	if (EVP_PKEY_fromdata_init(context) != 1 ||
	    EVP_PKEY_fromdata(context, &pkey,
			      is_private ? EVP_PKEY_KEYPAIR
					 : EVP_PKEY_PUBLIC_KEY,
			      list) != 1) {
		key_failed();
		return NULL;
	}
	return keep(a, pkey, free_pkey);
}

struct str key_export(struct arena *a, const EVP_PKEY *pkey, const char *name,
		      size_t len)
{
	BIGNUM *n = NULL;
	unsigned char *bytes;
	int written;

	(void)EVP_PKEY_get_bn_param(pkey, name, &n);
	keep(a, n, free_number);
	if (len == 0)
		len = (size_t)BN_num_bytes(n);
	bytes = arena_alloc(a, len);
	written = BN_bn2binpad(n, bytes, (int)len);
	assert(written == (int)len);
	return (struct str){ (const char *)bytes, len };
}

/* The private part is the seed that the public one is made of. */
static bool load_okp(struct arena *a, struct jwk *k)
{
	const struct str x = k->bytes[OKP_X], d = k->bytes[OKP_D];
	unsigned char pk[ED25519_LEN];

	(void)a;
	if (x.len != ED25519_LEN ||
	    !ed25519_is_public((const unsigned char *)x.ptr))
		return false;
	if (!d.ptr)
		return true;
	if (d.len != ED25519_LEN)
		return false;
	ed25519_public((const unsigned char *)d.ptr, pk);
	return str_eq(x, (struct str){ (const char *)pk, sizeof(pk) });
}

/* "A key of the same size as the hash output [...] or larger MUST be used": RFC
 * 7518 section 3.2. */
static bool load_oct(struct arena *a, struct jwk *k)
{
	(void)a;
	return k->bytes[OCT_K].len >= HMAC_KEY_MIN;
}

static void generate_okp(struct arena *a, struct jwk *k)
{
	unsigned char *seed = arena_alloc(a, ED25519_LEN);
	unsigned char *pk = arena_alloc(a, ED25519_LEN);

	random_bytes(seed, ED25519_LEN);
	ed25519_public(seed, pk);
	k->bytes[OKP_D] = (struct str){ (const char *)seed, ED25519_LEN };
	k->bytes[OKP_X] = (struct str){ (const char *)pk, ED25519_LEN };
}

static const struct {
	size_t private;		/* the member that only a private key has */
	bool (*load)(struct arena *a, struct jwk *k);
	void (*generate)(struct arena *a, struct jwk *k);
} types[KEY_TYPES] = {
	[KEY_RSA] = { RSA_D, key_load_rsa, key_generate_rsa },
	[KEY_EC] = { EC_D, key_load_ec, key_generate_ec },
	[KEY_OKP] = { OKP_D, load_okp, generate_okp },
	[KEY_OCT] = { OCT_K, load_oct, NULL },	/* a secret is given */
};

static void free_spare(void *spare)
{
	const struct key_spare *s = spare;

	EVP_PKEY_CTX_free(atomic_load(&s->context));
}

static struct key_spare *new_spare(struct arena *a)
{
	struct key_spare *spare = arena_alloc(a, sizeof(*spare));

	atomic_init(&spare->context, NULL);
	arena_defer(a, free_spare, spare);
	return spare;
}

bool key_load(struct arena *a, struct jwk *k)
{
	k->is_private = k->bytes[types[k->type].private].ptr != NULL;
	/* Before: whether the parts of a key fit is seen by a signature. */
	if (k->is_private)
		k->spare = new_spare(a);
	return types[k->type].load(a, k);
}

void key_generate(struct arena *a, struct jwk *k)
{
	types[k->type].generate(a, k);
}
