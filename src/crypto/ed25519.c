/* ed25519.c - signatures of Ed25519, by libsodium. */
#include "crypto/ed25519.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

static const unsigned char *bytes_of(struct str s)
{
	return (const unsigned char *)(s.ptr ? s.ptr : "");
}

bool ed25519_verify(const unsigned char pk[ED25519_LEN], struct str message,
		    struct str signature)
{
	return signature.len == ED25519_SIGNATURE_LEN &&
	       crypto_sign_verify_detached(bytes_of(signature),
					   bytes_of(message), message.len,
					   pk) == 0;
}

/* What libsodium calls the secret key is both, one after the other.  To make
 * the second anew of the first would cost as much as the signature. */
void ed25519_sign(const unsigned char seed[ED25519_LEN],
		  const unsigned char pk[ED25519_LEN], struct str message,
		  unsigned char out[ED25519_SIGNATURE_LEN])
{
	unsigned char sk[crypto_sign_SECRETKEYBYTES];

	static_assert(sizeof(sk) == (size_t)2 * ED25519_LEN, "seed and key");
	memcpy(sk, seed, ED25519_LEN);
	memcpy(sk + ED25519_LEN, pk, ED25519_LEN);
	crypto_sign_detached(out, NULL, bytes_of(message), message.len, sk);
	sodium_memzero(sk, sizeof(sk));
}

void ed25519_public(const unsigned char seed[ED25519_LEN],
		    unsigned char out[ED25519_LEN])
{
	unsigned char sk[crypto_sign_SECRETKEYBYTES];

	crypto_sign_seed_keypair(out, sk, seed);
	sodium_memzero(sk, sizeof(sk));
}

bool ed25519_is_public(const unsigned char pk[ED25519_LEN])
{
	return crypto_core_ed25519_is_valid_point(pk) == 1;
}
