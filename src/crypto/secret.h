/*
 * secret.h - a secret is a type, so that handing one to str_eq() or to the log
 * is a compile error and not a review comment.
 */
#ifndef CRYPTO_SECRET_H
#define CRYPTO_SECRET_H

#include "base/str.h"

struct secret {
	struct str bytes;
};

/* Constant time in the contents; the lengths are public.  Absent and empty
 * secrets equal nothing, not even each other. */
bool secret_eq(struct secret a, struct secret b);

/*
 * Does the client's secret fit its verifier?  "sha256:" and 64 hexadecimal
 * digits, or an Argon2id string: the prefix tells.  False for an absent or
 * empty secret or verifier, whatever the other is.
 */
bool secret_verify(struct arena *a, struct secret given, struct str verifier);

/*
 * The verifier that a secret of ours ("pcs_" and 43 characters of base64url)
 * must have, in the arena: "sha256:" and 64 hexadecimal digits.  Absent for
 * anything else.
 */
struct str secret_fast_verifier(struct arena *a, struct secret given);

/* Overwrite what is about to be freed. */
void secret_wipe(void *p, size_t n);

/*
 * This process leaves no core file, and no other of the same user may look into
 * its memory; once, at the start.
 */
void secret_keep_in_process(void);

/* Keep what is there for the life of the process out of swap, where the limits
 * on locked memory allow it. */
void secret_pin(void *p, size_t n);

#endif
