/*
 * test_jose_algorithm.c - which algorithms there are, and how they are called.
 */
#include "base/arena.h"
#include "jose/algorithm.h"
#include "tap.h"

static void test_algorithms(struct arena *a)
{
	struct str rest = str_dup(a, jose_signing_algs()), name;
	unsigned n = 0;

	while ((name = str_word(&rest)).ptr) {
		ok(jose_alg_find(name) == n, "%.*s is listed", STR_ARG(name));
		n++;
	}
	ok(n == JOSE_HS256, "all but HS256");
	ok(str_eq(jose_alg_name(JOSE_HS256), STR("HS256")) &&
	   jose_alg_find(STR("HS256")) == JOSE_HS256, "HS256");
	ok(jose_alg_find(STR("none")) == JOSE_NO_ALG &&
	   jose_alg_find(STR("rs256")) == JOSE_NO_ALG &&
	   jose_alg_find(STR("RS256 ")) == JOSE_NO_ALG &&
	   jose_alg_find(STR("")) == JOSE_NO_ALG &&
	   jose_alg_find(STR_NONE) == JOSE_NO_ALG &&
	   !jose_alg_name(JOSE_NO_ALG).ptr, "others are not");
}

int main(void)
{
	struct arena *a = arena_new((size_t)1 << 24);

	test_algorithms(a);
	arena_free(a);
	return done_testing();
}
