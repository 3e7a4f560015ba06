/*
 * algorithm.h - the signature algorithms that are offered (RFC 7518 section
 * 3.1, RFC 8037 section 3.1).
 *
 * "none" is not among them, and so can not be found.
 */
#ifndef JOSE_ALGORITHM_H
#define JOSE_ALGORITHM_H

#include "base/str.h"

enum jose_alg {
	JOSE_RS256,
	JOSE_PS256,
	JOSE_ES256,
	JOSE_EDDSA,	/* with Ed25519 */
	JOSE_HS256,
	JOSE_ALGS,
	JOSE_NO_ALG = JOSE_ALGS
};

/* As in "alg"; absent for JOSE_NO_ALG. */
struct str jose_alg_name(enum jose_alg alg);

/* JOSE_NO_ALG where name is none of them, or absent. */
enum jose_alg jose_alg_find(struct str name);

/* The asymmetric ones, separated by spaces: what the metadata lists. */
struct str jose_signing_algs(void);

#endif
