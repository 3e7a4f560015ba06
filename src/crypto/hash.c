/* hash.c - SHA-256 and HMAC-SHA-256, by libsodium. */
#include "crypto/hash.h"

#include <sodium.h>
#include <stdint.h>

static const unsigned char *bytes_of(struct str s)
{
	return (const unsigned char *)(s.ptr ? s.ptr : "");
}

struct hash hash_sha256(struct str data)
{
	struct hash h;

	crypto_hash_sha256(h.bytes, bytes_of(data), data.len);
	return h;
}

struct hash_long hash_sha512(struct str data)
{
	struct hash_long h;

	crypto_hash_sha512(h.bytes, bytes_of(data), data.len);
	return h;
}

static void add_with_length(crypto_auth_hmacsha256_state *state, struct str s)
{
	unsigned char length[8];

	for (int i = 0; i < 8; i++)
		length[i] = (unsigned char)((uint64_t)s.len >> (56 - 8 * i));
	crypto_auth_hmacsha256_update(state, length, sizeof(length));
	crypto_auth_hmacsha256_update(state, bytes_of(s), s.len);
}

struct hash hash_hmac(const struct hash *key, struct str a, struct str b)
{
	crypto_auth_hmacsha256_state state;
	struct hash h;

	crypto_auth_hmacsha256_init(&state, key->bytes, sizeof(key->bytes));
	add_with_length(&state, a);
	add_with_length(&state, b);
	crypto_auth_hmacsha256_final(&state, h.bytes);
	sodium_memzero(&state, sizeof(state));
	return h;
}

struct hash hash_hmac_raw(struct str key, struct str data)
{
	crypto_auth_hmacsha256_state state;
	struct hash h;

	crypto_auth_hmacsha256_init(&state, bytes_of(key), key.len);
	crypto_auth_hmacsha256_update(&state, bytes_of(data), data.len);
	crypto_auth_hmacsha256_final(&state, h.bytes);
	sodium_memzero(&state, sizeof(state));
	return h;
}

struct str hash_str(const struct hash *h)
{
	return (struct str){ (const char *)h->bytes, sizeof(h->bytes) };
}

bool hash_eq(const struct hash *a, const struct hash *b)
{
	return sodium_memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}
