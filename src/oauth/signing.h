/*
 * signing.h - the server's own signatures: opening a stored key, and hashes of
 * what an ID token goes with.
 */
#ifndef OAUTH_SIGNING_H
#define OAUTH_SIGNING_H

#include "jose/jws.h"
#include "oauth/exchange.h"
#include "store/subject.h"

/* A private key that is ready to sign. */
struct signer {
	const struct jwk *key;
	enum jose_alg alg;
};

/*
 * Unseal the key that signs for this client and purpose (oauth.
 * client_signing_key).  Where there is none yet, as on the first day of a
 * server that runs as plain CGI, the keys are made now.  The signer lives as
 * long as the request.  A key that can not be opened is a server_error: nothing
 * ever goes out unsigned.
 */
enum oauth_error signer_open(struct exchange *x,
			     const struct sealed_key *stored,
			     struct str client_id, struct str purpose,
			     struct signer *out)
	__attribute__((warn_unused_result));

/* A JWT with this payload, in the arena; typ may be absent. */
struct str signer_sign(struct exchange *x, const struct signer *s,
		       struct str typ, struct str payload);

/*
 * at_hash, c_hash: the left half of the hash of the ASCII text, by the hash of
 * the signature's algorithm (OpenID Connect Core section 3.1.3.6); EdDSA with
 * Ed25519 is SHA-512 (RFC 8032 section 5.1).
 */
struct str signer_half_hash(struct arena *a, enum jose_alg alg,
			    struct str text);

#endif
