/* test_long_way.c - clients whom a short cut did not serve. */
#include "base/arena.h"
#include "base/buf.h"
#include "oauth/long_way.h"
#include "tap.h"

static struct str client(struct arena *a, int i)
{
	struct buf b;

	buf_init(&b, a);
	buf_addf(&b, "client-%d", i);
	return buf_str(&b);
}

int main(void)
{
	struct arena *a = arena_new((size_t)1 << 20);
	struct long_way w = { { 0 } };
	int noted = 0;

	for (int i = 0; i < 1000; i++)
		noted += long_way_has(&w, STR("one"), client(a, i));
	ok(noted == 0, "at first nobody");
	for (int i = 0; i < 1000; i++) {
		long_way_note(&w, STR("one"), client(a, i));
		noted += long_way_has(&w, STR("one"), client(a, i));
	}
	/* One less where a minute ends in between. */
	ok(noted >= 999, "whoever was noted is there");
	noted = 0;
	for (int i = 0; i < 1000; i++)
		noted += long_way_has(&w, STR("one"), client(a, i));
	ok(noted <= LONG_WAY_SLOTS, "of those that fall together one stays");
	ok(!long_way_has(&w, STR("one"), client(a, 1001)), "and nobody else");
	long_way_note(&w, STR("one"), client(a, 1002));
	ok(!long_way_has(&w, STR("two"), client(a, 1002)),
	   "nor for another grant");
	long_way_forget(&w, STR("two"), client(a, 1002));
	noted = long_way_has(&w, STR("one"), client(a, 1002));
	long_way_forget(&w, STR("one"), client(a, 1002));
	ok(noted && !long_way_has(&w, STR("one"), client(a, 1002)),
	   "until it is forgotten, for that grant");
	arena_free(a);
	return done_testing();
}
