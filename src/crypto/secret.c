/* secret.c - comparing what must not be known. */
#include "crypto/secret.h"

#include <sodium.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "base/arena.h"
#include "base/base64.h"
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

struct str secret_fast_verifier(struct arena *a, struct secret given)
{
	static const char prefix[] = "sha256:";
	const size_t prefix_len = sizeof(prefix) - 1;
	char *text;
	struct hash h;

	if (given.bytes.len != sizeof("pcs_") - 1 + BASE64URL_LEN(HASH_LEN) ||
	    !str_starts(given.bytes, STR("pcs_")))
		return STR_NONE;
	h = hash_sha256(given.bytes);
	text = arena_alloc(a, prefix_len + 2 * HASH_LEN + 1);
	memcpy(text, prefix, prefix_len);
	sodium_bin2hex(text + prefix_len, 2 * HASH_LEN + 1, h.bytes, HASH_LEN);
	return (struct str){ text, prefix_len + 2 * HASH_LEN };
}

void secret_wipe(void *p, size_t n)
{
	sodium_memzero(p, n);
}

/* The limit is not enough: a core_pattern that is a pipe gets its core whatever
 * that says (core(5)). */
void secret_keep_in_process(void)
{
	const struct rlimit no_core = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &no_core);
	(void)prctl(PR_SET_DUMPABLE, 0);
}

void secret_pin(void *p, size_t n)
{
	(void)sodium_mlock(p, n);
}
