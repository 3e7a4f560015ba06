/*
 * credential.h - the codes and tokens that we hand out: what they look like,
 * and what is stored of them (docs/design.md).
 */
#ifndef CRYPTO_CREDENTIAL_H
#define CRYPTO_CREDENTIAL_H

#include "crypto/hash.h"

#define CREDENTIAL_LEN 32

enum credential_kind {
	CREDENTIAL_ACCESS_TOKEN,	/* pat */
	CREDENTIAL_REFRESH_TOKEN,	/* prt */
	CREDENTIAL_CODE,		/* pac */
	/* Slot 0: there is no ring. */
	CREDENTIAL_DEVICE_CODE,		/* pdc */
	CREDENTIAL_INITIAL,		/* pit: initial access token */
	CREDENTIAL_REGISTRATION		/* prg: registration access token */
};

/* 256 bits that somebody may present. */
struct credential {
	unsigned char bytes[CREDENTIAL_LEN];
};

/* A new one. */
struct credential credential_new(void);

/* What is stored: SHA-256 of the bytes. */
struct hash credential_hash(const struct credential *c);

/* The text, in the arena: kind, slot (0 to 9), '_', base64url. */
struct str credential_text(struct arena *a, enum credential_kind kind,
			   int slot, const struct credential *c);

/*
 * Read the text back.  False, with the outputs as they were, for anything that
 * credential_text() of this kind can not have written.
 */
bool credential_parse(struct str text, enum credential_kind kind,
		      int *slot, struct credential *out);

/*
 * The refresh token that follows: HMAC-SHA-256 over the old one and the salt
 * that its row holds.  Asked twice, it is the same twice.
 */
struct credential credential_successor(const struct hash *key,
				       const struct credential *old,
				       struct str salt);

#endif
