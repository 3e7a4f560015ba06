/*
 * seal.h - what must be read again later, and by nobody else: signing keys and
 * shared secrets as they are stored.
 *
 * XChaCha20-Poly1305 with a key derived from the server's.  The context says
 * what the sealed thing is and whose, such as "key/KID": what was sealed for
 * one row can not be put into another.
 */
#ifndef CRYPTO_SEAL_H
#define CRYPTO_SEAL_H

#include "crypto/hash.h"

#define SEAL_OVERHEAD (1 + 24 + 16)	/* version, nonce, tag */

/* The sealed bytes, in the arena; twice the same never looks the same. */
struct str seal(struct arena *a, const struct hash *key, struct str context,
		struct str plain);

/*
 * What was sealed, in the arena with a NUL after it.  False, with *out as it
 * was, where it was sealed with another key or context, or changed since.
 */
bool unseal(struct arena *a, const struct hash *key, struct str context,
	    struct str sealed, struct str *out);

#endif
