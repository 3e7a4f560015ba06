/* algorithm.c - the signature algorithms that are offered. */
#include "jose/algorithm.h"

static const struct str names[JOSE_ALGS] = {
	[JOSE_RS256] = STR_INIT("RS256"),
	[JOSE_PS256] = STR_INIT("PS256"),
	[JOSE_ES256] = STR_INIT("ES256"),
	[JOSE_EDDSA] = STR_INIT("EdDSA"),
	[JOSE_HS256] = STR_INIT("HS256"),
};

struct str jose_alg_name(enum jose_alg alg)
{
	return alg < JOSE_ALGS ? names[alg] : STR_NONE;
}

enum jose_alg jose_alg_find(struct str name)
{
	unsigned i = 0;

	while (i < JOSE_ALGS && !str_eq(names[i], name))
		i++;
	return (enum jose_alg)i;
}

struct str jose_signing_algs(void)
{
	return STR("RS256 PS256 ES256 EdDSA");
}
