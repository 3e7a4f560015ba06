/*
 * pkce.h - Proof Key for Code Exchange (RFC 7636), S256 only.
 *
 * "plain" is not offered: RFC 9700 section 2.1.1 asks for a method that does
 * not expose the verifier in the authorization request.
 */
#ifndef OAUTH_PKCE_H
#define OAUTH_PKCE_H

#include "base/str.h"

struct arena;

/* BASE64URL(SHA-256(x)), RFC 7636 section 4.2 */
#define PKCE_CHALLENGE_LEN 43

/* Has it the form of an S256 challenge? */
bool pkce_is_challenge(struct str challenge);

/* Has it the form of a verifier?  (RFC 7636 section 4.1.) */
bool pkce_is_verifier(struct str verifier);

/* The challenge that a verifier must have had, in the arena; absent for a
 * malformed one. */
struct str pkce_challenge(struct arena *a, struct str verifier);

/*
 * Does verifier hash to challenge?  (RFC 7636 section 4.6.)
 *
 * Constant time in the contents.  False for a malformed verifier or challenge,
 * so callers need not check their form first.
 */
bool pkce_verify(struct str verifier, struct str challenge);

#endif
