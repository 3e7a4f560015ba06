/* pkce.c - a code_verifier, and in the second line a code_challenge. */
#include "oauth/pkce.h"

#include "base/base64.h"
#include "crypto/hash.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = fuzz_str(data, size);
	const struct str verifier = fuzz_line(&rest);
	const struct str challenge = fuzz_line(&rest);
	struct arena *a = fuzz_arena();
	const struct hash h = hash_sha256(verifier);
	const struct str right = base64url_encode(a, h.bytes, sizeof(h.bytes));

	assert(pkce_is_challenge(right));
	assert(pkce_verify(verifier, right) == pkce_is_verifier(verifier));
	assert(pkce_verify(verifier, challenge) ==
	       (pkce_is_verifier(verifier) && str_eq(challenge, right)));
	if (pkce_is_challenge(challenge))
		assert(challenge.len == PKCE_CHALLENGE_LEN);
	return 0;
}
