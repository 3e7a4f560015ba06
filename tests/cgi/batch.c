/*
 * batch.c - a work whose statement fails before its next one was ever parsed,
 * and a companion in need of that.  Run by tests/web/test_batch.py.
 */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "db/pipeline.h"
#include "db/result.h"

static int failures;
static unsigned tests;

static void ok(bool fine, const char *what)
{
	printf("%sok %u - %s\n", fine ? "" : "not ", ++tests, what);
	failures += !fine;
}

int main(void)
{
	const char *keywords[] = { "host", "dbname", "user", NULL };
	const char *values[] = {
		getenv("DATABASE_HOST"), getenv("DATABASE_NAME"), "postgres",
		NULL,
	};
	const struct conninfo info = { keywords, values };
	/* No smallint: refused when it is bound. */
	const struct db_param bad[] = {
		DB_PRINTED(STR("x")), DB_BYTES(STR("x")),
	};
	struct arena *a = arena_new((size_t)1 << 20);
	struct connection c = { .pg = NULL };
	struct db_work first = { .count = 0 }, second = { .count = 0 };
	struct db_work *works[] = { &first, &second };
	struct db_call *wrong, *never, *right;

	if (!values[0] || !connection_ready(&c, &info)) {
		printf("Bail out! no database\n");
		return 1;
	}
	wrong = db_add(&first, a, QUERY_CODE_LOAD, bad, 2);
	never = db_add(&first, a, QUERY_SETTING_LOAD, NULL, 0);
	right = db_add(&second, a, QUERY_SETTING_LOAD, NULL, 0);
	ok(pipeline_run(&c, works, 2, PIPELINE_TOGETHER) == PIPELINE_FAILED,
	   "together: one fails, so nothing is done");
	connection_drop(&c);
	if (!connection_ready(&c, &info))
		return 1;
	ok(pipeline_run(&c, works, 2, PIPELINE_APART) == PIPELINE_DONE,
	   "apart: each is answered");
	ok(wrong->status == DB_FAILED && strcmp(wrong->sqlstate, "22P02") == 0,
	   "the one fails by itself");
	ok(never->status == DB_FAILED && never->sqlstate[0] == '\0',
	   "what follows in its work is not run");
	ok(right->status == DB_OK && db_rows(right) == 1,
	   "the companion has its row");
	db_result_release(wrong->result);
	db_result_release(never->result);
	db_result_release(right->result);
	connection_drop(&c);
	arena_free(a);
	printf("1..%u\n", tests);
	return failures > 0;
}
