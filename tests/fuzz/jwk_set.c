/* jwk_set.c - somebody's JWK Set, and a key that is looked for in it. */
#include "jose/jwk_set.h"

#include "fuzz.h"

static void check_find(const struct jwk_set *s, struct str kid,
		       enum jose_alg alg)
{
	const struct jwk *k = jwk_set_find(s, kid, alg);
	size_t fitting = 0;

	for (size_t i = 0; i < s->count; i++) {
		if (jwk_fits(s->keys[i], alg) &&
		    (!kid.ptr || str_eq(jwk_kid(s->keys[i]), kid)))
			fitting++;
	}
	assert((k != NULL) == (fitting == 1));
	assert(!k || jwk_fits(k, alg));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct str text = fuzz_str(data, size);
	struct arena *a = fuzz_arena();
	struct jwk_set set = { NULL, 0 };

	if (!jwk_set_parse(a, text, &set)) {
		assert(!set.keys);
		return 0;
	}
	assert(set.count <= JWK_SET_MAX);
	for (int i = 0; i < JOSE_ALGS; i++)
		check_find(&set, STR_NONE, (enum jose_alg)i);
	for (size_t i = 0; i < set.count; i++) {
		assert(!jwk_is_private(set.keys[i]));
		for (int j = 0; j < JOSE_ALGS; j++)
			check_find(&set, jwk_kid(set.keys[i]),
				   (enum jose_alg)j);
	}
	return 0;
}
