/* seal.c - XChaCha20-Poly1305, by libsodium.  Sealed: a byte that says how
 * (1), the nonce, the ciphertext with its tag. */
#include "crypto/seal.h"

#include <assert.h>
#include <sodium.h>

#include "base/arena.h"
#include "crypto/random.h"

#define VERSION 1
#define NONCE_LEN crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_LEN crypto_aead_xchacha20poly1305_ietf_ABYTES

static_assert(SEAL_OVERHEAD == 1 + NONCE_LEN + TAG_LEN, "as the header says");
static_assert(HASH_LEN == crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
	      "an HMAC is a key");

/* Of the server's key, for this use alone. */
static struct hash subkey(const struct hash *key)
{
	return hash_hmac(key, STR("postern seal"), STR("1"));
}

static const unsigned char *bytes_of(struct str s)
{
	return (const unsigned char *)(s.ptr ? s.ptr : "");
}

struct str seal(struct arena *a, const struct hash *key, struct str context,
		struct str plain)
{
	struct hash k = subkey(key);
	unsigned char *out = arena_alloc(a, SEAL_OVERHEAD + plain.len);

	out[0] = VERSION;
	random_bytes(out + 1, NONCE_LEN);
	crypto_aead_xchacha20poly1305_ietf_encrypt(
		out + 1 + NONCE_LEN, NULL, bytes_of(plain), plain.len,
		bytes_of(context), context.len, NULL, out + 1, k.bytes);
	sodium_memzero(&k, sizeof(k));
	return (struct str){ (const char *)out, SEAL_OVERHEAD + plain.len };
}

bool unseal(struct arena *a, const struct hash *key, struct str context,
	    struct str sealed, struct str *out)
{
	const unsigned char *in = bytes_of(sealed);
	struct hash k;
	char *plain;
	int failed;

	if (sealed.len < SEAL_OVERHEAD || in[0] != VERSION)
		return false;
	plain = arena_alloc(a, sealed.len - SEAL_OVERHEAD + 1);
	k = subkey(key);
	failed = crypto_aead_xchacha20poly1305_ietf_decrypt(
		(unsigned char *)plain, NULL, NULL, in + 1 + NONCE_LEN,
		sealed.len - 1 - NONCE_LEN, bytes_of(context), context.len,
		in + 1, k.bytes);
	sodium_memzero(&k, sizeof(k));
	if (failed)
		return false;
	*out = (struct str){ plain, sealed.len - SEAL_OVERHEAD };
	return true;
}
