/*
 * test_seal.c - what is sealed can be read again, with the same key, in the
 * same context, unchanged, and not otherwise.
 */
#include <string.h>

#include "base/arena.h"
#include "crypto/random.h"
#include "crypto/seal.h"
#include "tap.h"

static const struct hash key = { { 1, 2, 3 } };
static const struct hash other = { { 1, 2, 4 } };

static void test_again(struct arena *a)
{
	const struct str plain[] = {
		STR(""), STR("x"), STR("a\0b"),
		STR("thirty-two bytes of secret here."),
	};

	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
		const struct str s = seal(a, &key, STR("key/1"), plain[i]);
		struct str out = STR_NONE;

		ok(s.len == plain[i].len + SEAL_OVERHEAD && s.ptr[0] == 1,
		   "%zu bytes are sealed", plain[i].len);
		ok(unseal(a, &key, STR("key/1"), s, &out) &&
		   str_eq(out, plain[i]) && out.ptr[out.len] == '\0',
		   "%zu bytes are read again, a NUL after them", plain[i].len);
	}
	ok(!str_eq(seal(a, &key, STR("c"), STR("x")),
		   seal(a, &key, STR("c"), STR("x"))),
	   "twice the same looks different");
}

static bool refused(struct arena *a, const struct hash *k, struct str context,
		    struct str sealed)
{
	struct str out = STR("as it was");

	return !unseal(a, k, context, sealed, &out) &&
	       str_eq(out, STR("as it was"));
}

static void test_refused(struct arena *a)
{
	const struct str s = seal(a, &key, STR("key/1"), STR("secret"));
	char *copy = arena_alloc(a, s.len + 1);
	unsigned taken = 0;

	ok(refused(a, &other, STR("key/1"), s), "another key");
	ok(refused(a, &key, STR("key/2"), s), "another context");
	ok(refused(a, &key, STR(""), s), "an empty context");
	ok(refused(a, &key, STR_NONE, s), "no context");
	ok(refused(a, &key, STR("key/1"), STR_NONE), "absent");
	ok(refused(a, &key, STR("key/1"), STR("")), "empty");
	for (size_t n = 0; n < s.len; n++)
		taken += !refused(a, &key, STR("key/1"),
				  (struct str){ s.ptr, n });
	ok(taken == 0, "cut anywhere: %u", taken);
	memcpy(copy, s.ptr, s.len);
	ok(refused(a, &key, STR("key/1"), (struct str){ copy, s.len + 1 }),
	   "a byte too many");
	for (size_t i = 0; i < 8 * s.len; i++) {
		memcpy(copy, s.ptr, s.len);
		copy[i / 8] = (char)(copy[i / 8] ^ 1 << i % 8);
		taken += !refused(a, &key, STR("key/1"),
				  (struct str){ copy, s.len });
	}
	ok(taken == 0, "any one bit: %u", taken);
}

int main(void)
{
	struct arena *a = arena_new((size_t)1 << 22);

	crypto_init();
	test_again(a);
	test_refused(a);
	arena_free(a);
	return done_testing();
}
