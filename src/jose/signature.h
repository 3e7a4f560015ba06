/*
 * signature.h - making and verifying signatures over bytes (RFC 7518 section
 * 3, RFC 8037 section 3.1), for the files of this folder.
 */
#ifndef JOSE_SIGNATURE_H
#define JOSE_SIGNATURE_H

#include "jose/key.h"

/* alg must be one for the type of the key; its members alg, use and key_ops
 * are the caller's to look at. */
bool signature_verify(const struct jwk *k, enum jose_alg alg,
		      struct str message, struct str signature)
	__attribute__((warn_unused_result));

/* In the arena; absent where k is no sound key.  An assertion that it is a
 * private one for alg. */
struct str signature_make(struct arena *a, const struct jwk *k,
			  enum jose_alg alg, struct str message);

/* The type of key that alg, which is one, is for. */
enum key_type signature_type(enum jose_alg alg);

#endif
