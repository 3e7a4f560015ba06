/* pkce.c - Proof Key for Code Exchange (RFC 7636), S256 only. */
#include "oauth/pkce.h"

#include <string.h>

#include "base/base64.h"
#include "crypto/hash.h"

bool pkce_is_challenge(struct str challenge)
{
	unsigned char digest[HASH_LEN];

	return challenge.len == PKCE_CHALLENGE_LEN &&
	       base64url_decode(challenge, digest, sizeof(digest));
}

/* 43*128unreserved (RFC 7636 section 4.1). */
bool pkce_is_verifier(struct str verifier)
{
	if (verifier.len < 43 || verifier.len > 128)
		return false;
	for (size_t i = 0; i < verifier.len; i++) {
		char c = verifier.ptr[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
		    !(c >= '0' && c <= '9') &&
		    (c == '\0' || !strchr("-._~", c)))
			return false;
	}
	return true;
}

struct str pkce_challenge(struct arena *a, struct str verifier)
{
	struct hash digest;

	if (!pkce_is_verifier(verifier))
		return STR_NONE;
	digest = hash_sha256(verifier);
	return base64url_encode(a, digest.bytes, sizeof(digest.bytes));
}

bool pkce_verify(struct str verifier, struct str challenge)
{
	struct hash digest, wanted;

	if (!pkce_is_verifier(verifier) ||
	    challenge.len != PKCE_CHALLENGE_LEN ||
	    !base64url_decode(challenge, wanted.bytes, sizeof(wanted.bytes)))
		return false;
	digest = hash_sha256(verifier);
	return hash_eq(&digest, &wanted);
}
