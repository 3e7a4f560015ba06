/*
 * jwk_set.h - somebody's public keys (RFC 7517 section 5).
 */
#ifndef JOSE_JWK_SET_H
#define JOSE_JWK_SET_H

#include "jose/jwk.h"

#define JWK_SET_MAX 100	/* further keys are not looked at */

struct jwk_set {
	const struct jwk *const *keys;
	size_t count;
};

/*
 * {"keys": [...]}.  Keys that can not be used are left out (RFC 7517 section
 * 5), so that a set may be empty.  False, with *out as it was, where text is
 * no such object, or has a private or shared key in it: what is in such a set
 * is known to others than its owner.
 */
bool jwk_set_parse(struct arena *a, struct str text, struct jwk_set *out);

/*
 * The one key that fits alg and has this kid; where kid is absent, the one
 * that fits alg.  NULL where there is none, or more than one.
 */
const struct jwk *jwk_set_find(const struct jwk_set *s, struct str kid,
			       enum jose_alg alg);

#endif
