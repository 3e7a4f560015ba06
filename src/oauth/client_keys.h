/*
 * client_keys.h - the key that somebody's signature must be verified with.
 *
 * Keys that are registered are in the row; those at a jwks_uri are fetched, and
 * kept in PostgreSQL for all programs: for as long as the answer says, and
 * fetched again where a kid is not among them, for that is how keys are rotated
 * (OpenID Connect Core section 10.1.1).  A host is asked once in 30 seconds,
 * whoever sends what.
 */
#ifndef OAUTH_CLIENT_KEYS_H
#define OAUTH_CLIENT_KEYS_H

#include "jose/jwk_set.h"
#include "oauth/exchange.h"
#include "store/client.h"

/*
 * The client's key for alg: for HS256 its client_secret, else the public one
 * that has this kid, or the only one where kid is absent.  *out NULL: there is
 * none, and oauth_reason() has been told why.  An error: there is no database.
 */
enum oauth_error client_keys_find(struct exchange *x, const struct client *c,
				  struct str kid, enum jose_alg alg,
				  const struct jwk **out)
	__attribute__((warn_unused_result));

/* The same of whoever it is, for a public key. */
enum oauth_error key_source_find(struct exchange *x,
				 const struct key_source *s, struct str kid,
				 enum jose_alg alg, const struct jwk **out)
	__attribute__((warn_unused_result));

/*
 * Use up what has this jti (RFC 7523 section 3, point 7): *first is true once,
 * on one of all machines.  exp: when it is refused anyway.
 */
enum oauth_error jti_use(struct exchange *x, struct str iss, struct str jti,
			 long long exp, bool *first)
	__attribute__((warn_unused_result));

#endif
