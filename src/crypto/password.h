/*
 * password.h - Argon2id (RFC 9106), by libsodium.
 *
 * At most two run at once in a process (PASSWORD_PARALLEL): each takes 64 MiB
 * and a whole core for a while, and the others wait their turn.
 */
#ifndef CRYPTO_PASSWORD_H
#define CRYPTO_PASSWORD_H

#include "crypto/secret.h"

#define PASSWORD_PARALLEL 2

/* No password is longer; none is cut either.  Bytes. */
#define PASSWORD_MAX 1024

/*
 * The string to store, in the arena; absent for what can not be a password
 * (empty, over PASSWORD_MAX, a NUL in it).  No memory aborts.
 */
struct str password_hash(struct arena *a, struct secret password);

/*
 * Does password fit the stored string?  An absent stored string (no such
 * user) takes the same time as any other and never fits, so that who exists can
 * not be told from how long the answer takes.  The same goes for a password
 * that can not be one, and for a stored string that is no Argon2id or would
 * cost more than 1 GiB or 16 passes.
 */
bool password_verify(struct arena *a, struct secret password,
		     struct str stored);

#endif
