/*
 * hash.h - SHA-256 (FIPS 180-4) and HMAC-SHA-256 (RFC 2104).
 */
#ifndef CRYPTO_HASH_H
#define CRYPTO_HASH_H

#include "base/str.h"

#define HASH_LEN 32

struct hash {
	unsigned char bytes[HASH_LEN];
};

/* SHA-512. */
#define HASH_LONG_LEN 64
struct hash_long {
	unsigned char bytes[HASH_LONG_LEN];
};

struct hash hash_sha256(struct str data);
struct hash_long hash_sha512(struct str data);

/* Over a and b, each after its length, so that no two pairs collide. */
struct hash hash_hmac(const struct hash *key, struct str a, struct str b);

/* Over data alone, with a key of any length: what RFC 7518 section 3.2 calls
 * HS256. */
struct hash hash_hmac_raw(struct str key, struct str data);

/* The 32 bytes as a str; lives as long as *h. */
struct str hash_str(const struct hash *h);

/* Constant time. */
bool hash_eq(const struct hash *a, const struct hash *b);

#endif
