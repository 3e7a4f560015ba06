/*
 * ed25519.h - signatures of Ed25519 (RFC 8032 section 5.1), by libsodium.
 */
#ifndef CRYPTO_ED25519_H
#define CRYPTO_ED25519_H

#include "base/str.h"

#define ED25519_LEN 32			/* a seed, a public key */
#define ED25519_SIGNATURE_LEN 64

/*
 * Is signature one of message by the owner of pk?  False too for another
 * length, a number S that is not below the group's order, and a public key or
 * point R that is of small order or not written canonically.
 */
bool ed25519_verify(const unsigned char pk[ED25519_LEN], struct str message,
		    struct str signature);

/*
 * seed: the 32 bytes that RFC 8032 section 5.1.5 calls the private key; pk: the
 * public one that was made of it.  Never another: of two signatures with two
 * public keys the private one can be computed.
 */
void ed25519_sign(const unsigned char seed[ED25519_LEN],
		  const unsigned char pk[ED25519_LEN], struct str message,
		  unsigned char out[ED25519_SIGNATURE_LEN]);
void ed25519_public(const unsigned char seed[ED25519_LEN],
		    unsigned char out[ED25519_LEN]);

/* Can pk be a public key at all: a point of the main subgroup? */
bool ed25519_is_public(const unsigned char pk[ED25519_LEN]);

#endif
