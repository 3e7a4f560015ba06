/*
 * lanes.c - a full batch with failures in it takes no companion with it.
 *
 * One request is held up by a row that somebody else has locked; 63 more queue
 * up behind it and go as one batch, of which every eighth fails.  Then a storm
 * of the same without anybody holding it up.  Run by tests/web/test_lanes.py.
 */
#include <libpq-fe.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "crypto/random.h"
#include "store/code.h"
#include "store/token.h"

#define THREADS 64
#define STORM 40

struct task {
	pthread_t thread;
	struct db *db;
	unsigned number;
	struct row_key held;	/* for the first: the row to wait for */
	unsigned good, bad, wrong, trips;
};

static int failures;
static unsigned tests;

static void ok(bool fine, const char *what)
{
	printf("%sok %u - %s\n", fine ? "" : "not ", ++tests, what);
	failures += !fine;
}

static void die(PGconn *pg, const char *what)
{
	printf("Bail out! %s: %s", what, PQerrorMessage(pg));
	exit(1);
}

static void exec(PGconn *pg, const char *sql)
{
	PGresult *r = PQexec(pg, sql);

	if (PQresultStatus(r) != PGRES_COMMAND_OK &&
	    PQresultStatus(r) != PGRES_TUPLES_OK)
		die(pg, sql);
	PQclear(r);
}

static long count(PGconn *pg)
{
	PGresult *r = PQexec(pg, "SELECT count(*) FROM oauth.access_token "
				 "WHERE client_id = 'lanes'");
	long n;

	if (PQresultStatus(r) != PGRES_TUPLES_OK)
		die(pg, "count");
	n = strtol(PQgetvalue(r, 0, 0), NULL, 10);
	PQclear(r);
	return n;
}

/* A token, and for those that are to fail a parameter that is no UTF-8. */
static void store_token(struct task *t, struct arena *a, bool fail)
{
	struct token_issue issue = { .access_token = credential_new(),
				     .access_token_lifetime = 60 };
	struct db_work w = { .count = 0 };
	const struct db_param not_utf8[] = { DB_TEXT(STR("\xff")) };
	struct db_call *call;
	enum db_status s;

	issue.access_hash = credential_hash(&issue.access_token);
	call = client_token_ask(&w, a, STR("lanes"), STR(""), &issue);
	if (fail)
		call = db_add(&w, a, QUERY_CLIENT_LOAD, not_utf8, 1);
	s = db_run(t->db, a, DB_WRITE, &w);
	t->trips = w.trips;
	if (fail && s == DB_FAILED && strcmp(call->sqlstate, "22021") == 0)
		t->bad++;
	else if (!fail && s == DB_OK && db_rows(call) == 1)
		t->good++;
	else
		t->wrong++;
}

static void *queue_up(void *arg)
{
	struct task *t = arg;
	struct arena *a = arena_new(1 << 20);

	if (t->number == 0) {
		struct db_work w = { .count = 0 };

		code_fail_ask(&w, a, &t->held);
		t->wrong = db_run(t->db, a, DB_WRITE, &w) != DB_OK;
	} else {
		store_token(t, a, t->number % 8 == 0);
	}
	arena_free(a);
	return NULL;
}

static void *storm(void *arg)
{
	struct task *t = arg;
	struct arena *a = arena_new(1 << 20);

	for (unsigned i = 0; i < STORM; i++) {
		store_token(t, a, (t->number + i) % 8 == 0);
		arena_reset(a);
	}
	arena_free(a);
	return NULL;
}

/* The row that the first request waits for: a code that nobody will redeem. */
static struct row_key make_row(PGconn *pg)
{
	struct row_key key = { .slot = 0 };
	const char *values[] = { (const char *)key.hash.bytes };
	const int lengths[] = { HASH_LEN }, formats[] = { 1 };
	PGresult *r;

	random_bytes(key.hash.bytes, sizeof(key.hash.bytes));
	r = PQexecParams(pg, "INSERT INTO oauth.authorization_code (slot, "
		"code_hash, client_id, user_id, redirect_uri, "
		"redirect_uri_given, scope, auth_time, expires_at) VALUES "
		"(0, $1, 'lanes', 0, '', false, '', now(), now())", 1, NULL,
		values, lengths, formats, 0);
	if (PQresultStatus(r) != PGRES_COMMAND_OK)
		die(pg, "make_row");
	PQclear(r);
	return key;
}

static void run_all(struct task tasks[THREADS], void *(*fn)(void *))
{
	for (unsigned i = 0; i < THREADS; i++)
		pthread_create(&tasks[i].thread, NULL, fn, &tasks[i]);
}

static void sum(struct task tasks[THREADS], struct task *total)
{
	memset(total, 0, sizeof(*total));
	for (unsigned i = 0; i < THREADS; i++) {
		pthread_join(tasks[i].thread, NULL);
		total->good += tasks[i].good;
		total->bad += tasks[i].bad;
		total->wrong += tasks[i].wrong;
	}
}

static void test_full_batch(PGconn *pg, struct db *db)
{
	struct task tasks[THREADS] = { { .number = 0 } }, total;
	const struct row_key held = make_row(pg);
	long before = count(pg);
	unsigned together = 0;

	for (unsigned i = 0; i < THREADS; i++)
		tasks[i] = (struct task){ .db = db, .number = i, .held = held };
	exec(pg, "BEGIN");
	exec(pg, "SELECT FROM oauth.authorization_code "
		 "WHERE client_id = 'lanes' FOR UPDATE");
	pthread_create(&tasks[0].thread, NULL, queue_up, &tasks[0]);
	usleep(300000);
	for (unsigned i = 1; i < THREADS; i++)
		pthread_create(&tasks[i].thread, NULL, queue_up, &tasks[i]);
	usleep(700000);
	exec(pg, "ROLLBACK");
	sum(tasks, &total);
	for (unsigned i = 1; i < THREADS; i++)
		together += tasks[i].trips == 2;
	ok(together == THREADS - 1, "63 went together, and then apart");
	ok(total.wrong == 0, "each was told its own outcome");
	ok(total.good == 56 && total.bad == 7, "7 failed, 56 did not");
	ok(count(pg) - before == total.good,
	   "what succeeded is stored, what failed is not");
}

static void test_storm(PGconn *pg, struct db *db)
{
	struct task tasks[THREADS], total;
	long before = count(pg);

	for (unsigned i = 0; i < THREADS; i++)
		tasks[i] = (struct task){ .db = db, .number = i };
	run_all(tasks, storm);
	sum(tasks, &total);
	ok(total.wrong == 0, "in a storm each is told its own outcome");
	ok(total.bad == THREADS * STORM / 8, "an eighth failed");
	ok(count(pg) - before == total.good,
	   "in a storm what succeeded is stored, what failed is not");
}

int main(void)
{
	PGconn *pg = PQconnectdb(getenv("ADMIN_DATABASE"));
	struct db *db;

	crypto_init();
	if (PQstatus(pg) != CONNECTION_OK)
		die(pg, "ADMIN_DATABASE");
	/* 0: one lane for all, so that all queue up behind one. */
	db = db_open(str_of(getenv("POSTERN_DATABASE")), STR("postern_token"),
		     0);
	test_full_batch(pg, db);
	test_storm(pg, db);
	db_close(db);
	PQfinish(pg);
	printf("1..%u\n", tests);
	return failures != 0;
}
