/* secret.c - comparing what must not be known. */
#include "crypto/secret.h"

#include <sodium.h>
#include <string.h>

#include "crypto/hash.h"
#include "crypto/password.h"

/* Digests are compared, so that not even the place of a difference shows. */
bool secret_eq(struct secret a, struct secret b)
{
	struct hash x, y;

	if (a.bytes.len == 0 || a.bytes.len != b.bytes.len)
		return false;
	x = hash_sha256(a.bytes);
	y = hash_sha256(b.bytes);
	return hash_eq(&x, &y);
}

static bool verify_sha256(struct secret given, struct str hex)
{
	struct hash stored, digest = hash_sha256(given.bytes);
	const char *end;
	size_t n;

	return hex.len == 2 * sizeof(stored.bytes) &&
	       sodium_hex2bin(stored.bytes, sizeof(stored.bytes), hex.ptr,
			      hex.len, NULL, &n, &end) == 0 &&
	       n == sizeof(stored.bytes) && hash_eq(&digest, &stored);
}

bool secret_verify(struct arena *a, struct secret given, struct str verifier)
{
	if (given.bytes.len == 0 || verifier.len == 0)
		return false;
	if (str_starts(verifier, STR("sha256:")))
		return verify_sha256(given,
				     str_skip(verifier, strlen("sha256:")));
	return str_starts(verifier, STR("$argon2id$")) &&
	       password_verify(a, given, verifier);
}

void secret_wipe(void *p, size_t n)
{
	sodium_memzero(p, n);
}
