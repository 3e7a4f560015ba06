/*
 * jws.h - JSON Web Signatures (RFC 7515) in the compact serialization, the
 * only one there is here.
 *
 * Nothing in a header chooses a key but its kid, and nothing in it chooses the
 * algorithm: the caller says which one is expected (RFC 8725 section 3.1).
 */
#ifndef JOSE_JWS_H
#define JOSE_JWS_H

#include "jose/jwk.h"

#define JWS_MAX ((size_t)64 << 10)	/* bytes; longer ones are not read */

/* Parsed, not verified. */
struct jws {
	struct str alg_name;
	enum jose_alg alg;		/* JOSE_NO_ALG: not offered */
	struct str kid, typ, cty;	/* absent where the header has none */
	struct str payload;		/* decoded */
	struct str signing_input, signature;
	const struct json *header;
};

/*
 * Three segments, none empty, each base64url; a header that is a JSON object
 * with a string alg.  False, with *out as it was, for anything else, and for a
 * header with crit or b64 (no extension is understood: RFC 7515 section
 * 4.1.11) or with a key of its own: jwk, jku, x5u, x5c.
 */
bool jws_parse(struct arena *a, struct str text, struct jws *out);

/*
 * Is the signature one by key?  False unless alg is the header's and fits the
 * key.
 */
bool jws_verify(struct arena *a, const struct jws *j, const struct jwk *key,
		enum jose_alg alg)
	__attribute__((warn_unused_result));

/*
 * The serialization, in the arena; header: alg, typ where it is not absent,
 * kid where the key has one.  Absent where the key can not sign with alg.
 */
struct str jws_sign(struct arena *a, const struct jwk *private_key,
		    enum jose_alg alg, struct str typ, struct str payload);

#endif
