/*
 * test_share.c - who rides on whose statement, and gets which rows of it.
 */
#include "db/share.h"

#include <string.h>

#include "base/arena.h"
#include "crypto/hash.h"
#include "db/result.h"
#include "tap.h"

#define CALLS 200

/* A batch of works with a call each. */
static struct db_work works[CALLS];
static struct arena *arena;

static struct db_call *add(size_t i, enum query query, struct str first,
			   struct str second)
{
	const struct db_param params[] = { DB_BYTES(first), DB_TEXT(second) };

	works[i] = (struct db_work){ .count = 0 };
	return db_add(&works[i], arena, query, params, 2);
}

static void share_all(size_t count)
{
	struct share share = { .count = 0 };

	for (size_t i = 0; i < count; i++)
		share_calls(&share, &works[i]);
}

static size_t riders(const struct db_call *host)
{
	size_t n = 0;

	for (; host->next_guest; host = host->next_guest)
		n += host->next_guest->is_guest;
	return n;
}

static void test_who(void)
{
	struct db_call *c[5];

	c[0] = add(0, QUERY_CLIENT_CHECK, STR("a"), STR("x"));
	c[1] = add(1, QUERY_CLIENT_CHECK, STR("a"), STR("x"));
	c[2] = add(2, QUERY_CLIENT_CHECK, STR("b"), STR("x"));
	c[3] = add(3, QUERY_CLIENT_CHECK, STR("a"), STR_NONE);
	c[4] = add(4, QUERY_CLIENT_CHECK, STR("a"), STR(""));
	share_all(5);
	ok(riders(c[0]) == 1 && c[1]->is_guest && c[0]->next_guest == c[1],
	   "who asks the same rides along");
	ok(!c[2]->is_guest && riders(c[2]) == 0, "who asks otherwise does not");
	ok(!c[3]->is_guest && !c[4]->is_guest, "NULL is not \"\"");

	c[0] = add(0, QUERY_CLIENT_TOKEN_ISSUE, STR("k"), STR("client"));
	c[1] = add(1, QUERY_CLIENT_TOKEN_ISSUE, STR("l"), STR("client"));
	c[2] = add(2, QUERY_CLIENT_TOKEN_ISSUE, STR("m"), STR("other"));
	share_all(3);
	ok(c[1]->is_guest && !c[2]->is_guest, "of a key that may differ");

	c[0] = add(0, QUERY_BEARER_CHECK_0, STR("k"), STR("x"));
	c[1] = add(1, QUERY_BEARER_CHECK_1, STR("k"), STR("x"));
	share_all(2);
	ok(!c[1]->is_guest, "not on another slot's statement");

	c[0] = add(0, QUERY_CLIENT_LOAD, STR("k"), STR("x"));
	c[1] = add(1, QUERY_CLIENT_LOAD, STR("k"), STR("x"));
	share_all(2);
	ok(!c[1]->is_guest, "not where the statement does not say so");

	c[0] = add(0, QUERY_CLIENT_CHECK, STR("a"), STR("x"));
	c[1] = add(1, QUERY_CLIENT_CHECK, STR("a"), STR("x"));
	share_all(2);
	share_calls(NULL, &works[0]);
	share_calls(NULL, &works[1]);
	ok(!c[0]->next_guest && !c[1]->is_guest, "apart: each by itself");
}

static void test_bounds(void)
{
	static char names[CALLS];
	size_t guests = 0;

	for (size_t i = 0; i < CALLS; i++) {
		names[i] = (char)('A' + i % 20);
		add(i, QUERY_CLIENT_CHECK, (struct str){ &names[i], 1 },
		    STR("x"));
	}
	share_all(CALLS);
	for (size_t i = 0; i < CALLS; i++)
		guests += works[i].calls[0].is_guest;
	ok(guests == SHARE_HOSTS_MAX * (CALLS / 20 - 1),
	   "so many hosts, and who finds none goes alone");

	for (size_t i = 0; i < CALLS; i++)
		add(i, QUERY_CLIENT_TOKEN_ISSUE, STR("k"), STR("x"));
	share_all(CALLS);
	ok(riders(&works[0].calls[0]) == SHARE_KEYS_MAX - 1 &&
	   !works[SHARE_KEYS_MAX].calls[0].is_guest &&
	   riders(&works[SHARE_KEYS_MAX].calls[0]) ==
		   CALLS - SHARE_KEYS_MAX - 1,
	   "so many keys, and then the next host");
}

static void test_array(void)
{
	static const char want[] =
		"\0\0\0\1" "\0\0\0\0" "\0\0\0\21" "\0\0\0\2" "\0\0\0\1"
		"\0\0\0\2" "k\0" "\0\0\0\1" "l";
	static struct connection c;
	struct str keys;

	add(0, QUERY_BEARER_CHECK_0, (struct str){ "k\0", 2 }, STR("x"));
	add(1, QUERY_BEARER_CHECK_0, STR("l"), STR("x"));
	share_all(2);
	keys = share_keys(&c, &works[0].calls[0]);
	ok(str_eq(keys, (struct str){ want, sizeof(want) - 1 }),
	   "keys as array_recv() reads them");
	add(0, QUERY_CLIENT_CHECK, STR("a"), STR("x"));
	ok(!share_keys(&c, &works[0].calls[0]).ptr,
	   "no array where nothing says so");
}

/* Rows of one column and the key's. */
static PGresult *rows_of(char (*rows)[2][16], int count)
{
	PGresult *r = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
	static char name[] = "column";
	PGresAttDesc columns[] = { { .name = name }, { .name = name } };

	PQsetResultAttrs(r, 2, columns);
	for (int i = 0; i < count; i++) {
		for (int n = 0; n < 2; n++)
			PQsetvalue(r, i, n, rows[i][n],
				   (int)strlen(rows[i][n]));
	}
	return r;
}

static void test_rows(void)
{
	static char rows[][2][16] = {
		{ "of z", "\\x7aff" }, { "of short", "\\x6b" },
		{ "of k", "\\x6b00" },
	};
	static const struct {
		struct str key;
		const char *want;
	} cases[] = {
		{ STR_INIT("k\0"), "of k" }, { STR_INIT("z\377"), "of z" },
		{ STR_INIT("k\1"), NULL }, { STR_INIT("k"), "of short" },
		{ STR_INIT("k\0"), "of k" }, { STR_INIT("z\0"), NULL },
	};
	const size_t count = sizeof(cases) / sizeof(cases[0]);
	bool right = true;

	for (size_t i = 0; i < count; i++)
		add(i, QUERY_BEARER_CHECK_0, cases[i].key, STR("x"));
	share_all(count);
	share_result(&works[0].calls[0], rows_of(rows, 3));
	for (size_t i = 0; i < count; i++) {
		const struct db_call *call = &works[i].calls[0];
		const struct str got = db_text(call, 0, 0);

		right &= cases[i].want
			? str_eq(got, str_of(cases[i].want)) &&
			  call->status == DB_OK && db_rows(call) == 1
			: !got.ptr && call->status == DB_NO_ROW &&
			  db_rows(call) == 0;
		right &= !db_text(call, 1, 0).ptr;
	}
	ok(right, "each has its own row, by all bytes of its key, or none");
	db_result_release(works[0].calls[0].result);
	ok(str_eq(db_text(&works[4].calls[0], 0, 0), STR("of k")),
	   "which outlives that of the host");
	for (size_t i = 1; i < count; i++)
		db_result_release(works[i].calls[0].result);
}

static void test_same_rows(void)
{
	static char rows[][2][16] = { { "1", "" }, { "2", "" } };

	add(0, QUERY_CLIENT_CHECK, STR("a"), STR("x"));
	add(1, QUERY_CLIENT_CHECK, STR("a"), STR("x"));
	share_all(2);
	share_result(&works[0].calls[0], rows_of(rows, 2));
	ok(works[1].calls[0].status == DB_OK &&
	   db_rows(&works[1].calls[0]) == 2 &&
	   str_eq(db_text(&works[1].calls[0], 1, 0), STR("2")),
	   "who asks the same has all rows");
	db_result_release(works[1].calls[0].result);
	db_result_release(works[0].calls[0].result);
	share_result(&works[0].calls[0], rows_of(rows, 0));
	ok(works[0].calls[0].status == DB_NO_ROW &&
	   works[1].calls[0].status == DB_NO_ROW, "or no row, like the host");
	db_result_release(works[1].calls[0].result);
	db_result_release(works[0].calls[0].result);
}

int main(void)
{
	arena = arena_new(1 << 20);
	test_who();
	test_bounds();
	test_array();
	test_rows();
	test_same_rows();
	arena_free(arena);
	return done_testing();
}
