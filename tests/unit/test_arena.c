/*
 * test_arena.c - what is allocated lives until the reset, and no longer.
 */
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
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

static void exhaust(struct arena *a)
{
	const struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none);
	signal(SIGABRT, SIG_DFL);
	for (int i = 0; i < 5; i++)
		memset(arena_alloc(a, 1024), 1, 1024);
}

static void test_limit(void)
{
	struct arena *a = arena_new(4096);
	int status = 0;
	pid_t child;

	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 3; i++)
			memset(arena_alloc(a, 1024), 1, 1024);
		arena_reset(a);
	}
	ok(true, "what a reset gave back does not count against the limit");
	child = fork();
	if (child == 0) {
		exhaust(a);
		_exit(0);
	}
	ok(child > 0 && waitpid(child, &status, 0) == child &&
	   WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT,
	   "past the limit the process aborts");
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
