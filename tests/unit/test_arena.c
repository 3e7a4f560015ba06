/*
 * test_arena.c - what is allocated lives until the reset, and no longer.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "child.h"
#include "no_memory.h"
#include "tap.h"

static void note(void *arg)
{
	static char order[4];
	static size_t n;
	const char *what = arg;

	if (*what == '?') {
		ok(n == 3 && memcmp(order, "cba", 3) == 0,
		   "deferred: last registered, first called");
		return;
	}
	if (n < sizeof(order))
		order[n++] = *what;
}

static void test_defer(struct arena *a)
{
	static char ask[] = "?", first[] = "a", second[] = "b", third[] = "c";

	arena_defer(a, note, first);
	arena_defer(a, note, second);
	arena_defer(a, note, third);
	arena_reset(a);
	note(ask);
	arena_reset(a);
	ok(arena_count(a) == 0, "a second reset has nothing to call");
}

static void test_alloc(struct arena *a)
{
	bool zeroed = true, aligned = true;

	for (size_t n = 0; n < 5000; n += 7) {
		unsigned char *p = arena_alloc(a, n);

		aligned = aligned && (uintptr_t)p % _Alignof(max_align_t) == 0;
		for (size_t i = 0; i < n; i++)
			zeroed = zeroed && p[i] == 0;
		memset(p, 0xff, n);
		if (n == 3500)
			arena_reset(a);
	}
	ok(zeroed, "zeroed, after a reset as well");
	ok(aligned, "aligned for any type");
	ok(arena_count(a) > 0, "allocations are counted");
	arena_reset(a);
	ok(arena_count(a) == 0, "and not beyond the reset");
	ok(arena_alloc(a, 0) != NULL, "nothing, too, has an address");
}

static void exhaust(const void *unused)
{
	struct arena *a = arena_new(4096);

	(void)unused;
	for (int i = 0; i < 5; i++)
		memset(arena_alloc(a, 1024), 1, 1024);
}

static void exceed_at_once(const void *unused)
{
	(void)unused;
	(void)arena_alloc(arena_new(4096), (size_t)-1);
}

static void make_another(const void *unused)
{
	(void)unused;
	there_is_no_memory = true;
	(void)arena_new(1024);
}

static void grow(const void *unused)
{
	struct arena *a = arena_new((size_t)1 << 20);

	(void)unused;
	there_is_no_memory = true;
	(void)arena_alloc(a, (size_t)1 << 18);
}

static void test_limit(void)
{
	struct arena *a = arena_new(4096);
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 3; i++)
			memset(arena_alloc(a, 1024), 1, 1024);
		arena_reset(a);
	}
	ok(true, "what a reset gave back does not count against the limit");
	ok(aborts(exhaust, NULL), "past the limit the process aborts");
	ok(aborts(exceed_at_once, NULL), "by whatever amount");
	ok(aborts(make_another, NULL) && aborts(grow, NULL),
	   "where there is no memory, too");
	arena_free(a);
	arena_free(NULL);
}

int main(void)
{
	struct arena *a = arena_new((size_t)1 << 24);

	test_defer(a);
	test_alloc(a);
	arena_free(a);
	test_limit();
	return done_testing();
}
