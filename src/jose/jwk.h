/*
 * jwk.h - JSON Web Keys (RFC 7517; the kinds of RFC 7518 section 6 and of RFC
 * 8037 section 2) that a signature can be made or verified with.
 *
 * A key that is here is a good one: an RSA key of 2048 to 8192 bits, a point
 * of P-256, an Ed25519 key, or a shared secret of 32 bytes or more.
 */
#ifndef JOSE_JWK_H
#define JOSE_JWK_H

#include "base/json.h"
#include "jose/algorithm.h"

struct jwk;	/* lives as long as the arena it was made in */

/*
 * A public or a private key.  NULL for what can not be used: another kty or
 * curve, a member of the wrong type or length or missing, a weak RSA key, a
 * point that is not on the curve, a private part that does not fit the public
 * one.  A shared secret (kty "oct") is never read: jwk_from_secret().
 */
const struct jwk *jwk_parse(struct arena *a, const struct json *value);

/* A shared secret for HS256.  NULL where it has fewer than 32 bytes (RFC 7518
 * section 3.2). */
const struct jwk *jwk_from_secret(struct arena *a, struct str secret);

/* A new key pair, its kid the thumbprint; NULL for HS256. RSA: 2048 bits. */
const struct jwk *jwk_generate(struct arena *a, enum jose_alg alg);

/* Absent where the key has none. */
struct str jwk_kid(const struct jwk *k);

/* What the member "alg" says; JOSE_NO_ALG where there is none, or another. */
enum jose_alg jwk_alg(const struct jwk *k);

bool jwk_is_private(const struct jwk *k);

/*
 * Is the key one for alg: by its kty and crv, and by its members alg, use and
 * key_ops where it has them?  (RFC 7517 sections 4.2 to 4.4.)
 */
bool jwk_fits(const struct jwk *k, enum jose_alg alg);

/* RFC 7638 with SHA-256, as base64url in the arena. */
struct str jwk_thumbprint(struct arena *a, const struct jwk *k);

/*
 * The key as a JSON object: the member name, or an element where name is
 * absent.  With its alg and kid, where it has them, and "use": "sig".  The
 * private part only where with_private; of a shared secret nothing, ever.
 */
void jwk_write(struct buf *b, struct str name, const struct jwk *k,
	       bool with_private);

#endif
