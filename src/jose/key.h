/*
 * key.h - what is in a key, for the files of this folder.
 *
 * Of each member that makes the key there are the bytes; OpenSSL's form of RSA
 * and EC keys is made of those, so that a key that was read and one that was
 * generated go the same way.
 *
 * OpenSSL's headers name a parameter "rand", which base/banned.h poisons, so
 * that where both are included they come first.
 */
#ifndef JOSE_KEY_H
#define JOSE_KEY_H

#include <openssl/types.h>

#include "jose/jwk.h"

enum key_type {
	KEY_RSA,
	KEY_EC,		/* P-256 */
	KEY_OKP,	/* Ed25519 */
	KEY_OCT,
	KEY_TYPES
};

/* The places of the members in jwk.bytes.  Public ones first. */
enum { RSA_N, RSA_E, RSA_D, RSA_P, RSA_Q, RSA_DP, RSA_DQ, RSA_QI };
enum { EC_X, EC_Y, EC_D };
enum { OKP_X, OKP_D };
enum { OCT_K };
#define KEY_MEMBERS 8

#define HMAC_KEY_MIN 32

struct jwk {
	enum key_type type;
	struct str kid;
	enum jose_alg alg;
	bool other_alg;		/* alg is there, and none of ours */
	bool may_sign, may_verify;	/* use and key_ops */
	bool is_private;
	struct str bytes[KEY_MEMBERS];	/* absent: not in this key */
	EVP_PKEY *pkey;		/* of KEY_RSA and KEY_EC */
	struct key_spare *spare;	/* of a private key */
};

/*
 * What OpenSSL prepares to sign by the key's own alg: that takes it half as
 * long as a signature of ES256, so that it is left for the next one.  Whoever
 * signs takes it, and who finds none, because another has it, makes one.
 */
struct key_spare {
	_Atomic(EVP_PKEY_CTX *) context;
};

/*
 * From type and bytes, make pkey and find is_private.  False where they are
 * no key that is good enough.
 */
bool key_load(struct arena *a, struct jwk *k);

/* New bytes for a key of this type, which is not KEY_OCT. */
void key_generate(struct arena *a, struct jwk *k);

/* What key_load() does for each type, but for is_private. */
bool key_load_rsa(struct arena *a, struct jwk *k);
bool key_load_ec(struct arena *a, struct jwk *k);

/* The same of key_generate(). */
void key_generate_rsa(struct arena *a, struct jwk *k);
void key_generate_ec(struct arena *a, struct jwk *k);

/* The parts that OpenSSL makes a key of: a big number or bytes each. */
struct key_param {
	const char *name;
	struct str bytes;	/* absent: left out */
	enum { KEY_NUMBER, KEY_OCTETS, KEY_TEXT } form;
};

/* The key of those parts, freed with the arena; NULL where they are none. */
EVP_PKEY *key_import(struct arena *a, const char *type, bool is_private,
		     const struct key_param *params, size_t count);

/* A number of a key, in len bytes or, where len is 0, in as many as it has. */
struct str key_export(struct arena *a, const EVP_PKEY *pkey, const char *name,
		      size_t len);

/* A failure of OpenSSL leaves notes, which whoever uses it next in this thread
 * (libpq, libcurl) would take for theirs.  Always false; where one of them says
 * that there was no memory, aborts: a good signature must not be called bad. */
bool key_failed(void);

#endif
