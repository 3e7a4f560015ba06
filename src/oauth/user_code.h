/*
 * user_code.h - what a person types for a device (RFC 8628 section 6.1).
 *
 * Eight letters of twenty, without vowels, so that they make no words, and
 * without what is taken for something else: "BCDF-GHJK".
 */
#ifndef OAUTH_USER_CODE_H
#define OAUTH_USER_CODE_H

#include "crypto/hash.h"

#define USER_CODE_LEN 9		/* with the dash */

/* A new one, in the arena. */
struct str user_code_new(struct arena *a);

/*
 * What somebody typed, as we write it, in the arena.  The case of letters does
 * not count, nor does whatever is neither a letter nor a digit (RFC 8628
 * section 6.1).  Absent for what can not be a user code.
 */
struct str user_code_read(struct arena *a, struct str typed);

/*
 * What is stored: 20^8 are few enough to try all, so the hash has a key.  code:
 * as user_code_read() gives it.
 */
struct hash user_code_hash(const struct hash *key, struct str code);

#endif
