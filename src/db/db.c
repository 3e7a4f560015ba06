/* db.c - statements and their results. */
#include "db/db.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"
#include "db/lane.h"
#include "db/result.h"

#define READ_LANES_MAX 8

/* While PostgreSQL works on the one's batch, the other's is made ready or
 * answered; more were not measured to give more. */
#define WRITE_LANES_MAX 2
#define KEYWORDS_MAX 64

_Static_assert(READ_LANES_MAX + WRITE_LANES_MAX <= CONNECTIONS_MAX,
	       "each has a connection");

struct db {
	PQconninfoOption *options;
	char *user;
	char *server_options;	/* NULL: none but ours */
	const char *keywords[KEYWORDS_MAX], *values[KEYWORDS_MAX];
	struct conninfo info;
	struct lane writes[WRITE_LANES_MAX];
	unsigned write_lanes;
	struct lane reads[READ_LANES_MAX];
	unsigned read_lanes;
};

/*
 * What every connection must have, whatever the server, the database or the
 * role has been set to.  search_path: every name in sql/queries is qualified,
 * and nothing else is to be found.  plan_cache_mode: a generic plan prunes
 * partitions when it is run; planning anew would cost more than the statement.
 * enable_...: every statement finds its rows by key, and a plan that was made
 * while the tables were empty must not be one that reads them through; nor is
 * it to have steps that pay for many rows, when each costs to make ready.
 * client_min_messages: that a commit may be lost yet is a warning
 * (connection.c).
 */
#define STRINGIFY(x) #x
#define MS(x) STRINGIFY(x)
static const struct {
	const char *keyword, *value;
} fixed[] = {
	{ "client_encoding", "UTF8" },
	{ "options", "-c search_path=pg_catalog"
		     " -c standard_conforming_strings=on"
		     " -c bytea_output=hex"
		     " -c default_transaction_isolation=read\\ committed"
		     " -c statement_timeout=" MS(CONNECTION_STATEMENT_MS)
		     " -c lock_timeout=2000"
		     " -c client_min_messages=warning"
		     " -c plan_cache_mode=force_generic_plan"
		     " -c enable_seqscan=off"
		     " -c enable_hashjoin=off"
		     " -c enable_mergejoin=off"
		     " -c enable_bitmapscan=off"
		     " -c enable_sort=off"
		     " -c enable_material=off"
		     " -c jit=off" },
};

/* Where POSTERN_DATABASE does not say: a machine that is switched off says
 * nothing, and is told by that after so many milliseconds. */
#define USER_TIMEOUT_MS 2000

static void add_keyword(struct db *db, size_t *n, const char *keyword,
			const char *value)
{
	assert(*n + 1 < KEYWORDS_MAX);
	db->keywords[*n] = keyword;
	db->values[*n] = value;
	(*n)++;
}

/* What is fixed; of the server's options theirs come before, for of two the
 * later one counts. */
static void add_fixed(struct db *db, size_t *n, const char *theirs)
{
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
		const char *value = fixed[i].value;

		if (theirs && strcmp(fixed[i].keyword, "options") == 0) {
			if (asprintf(&db->server_options, "%s %s", theirs,
				     value) < 0)
				abort();
			value = db->server_options;
		}
		add_keyword(db, n, fixed[i].keyword, value);
	}
}

static void collect_keywords(struct db *db)
{
	const char *theirs = NULL;
	bool has_user = false, has_name = false, has_timeout = false;
	size_t n = 0;

	for (PQconninfoOption *o = db->options; o->keyword; o++) {
		if (!o->val)
			continue;
		add_keyword(db, &n, o->keyword, o->val);
		has_user |= strcmp(o->keyword, "user") == 0;
		has_name |= strcmp(o->keyword, "application_name") == 0;
		has_timeout |= strcmp(o->keyword, "tcp_user_timeout") == 0;
		if (strcmp(o->keyword, "options") == 0)
			theirs = o->val;
	}
	if (!has_user)
		add_keyword(db, &n, "user", db->user);
	if (!has_name)
		add_keyword(db, &n, "application_name", db->user);
	if (!has_timeout)
		add_keyword(db, &n, "tcp_user_timeout", MS(USER_TIMEOUT_MS));
	add_fixed(db, &n, theirs);
	db->info = (struct conninfo){ db->keywords, db->values };
}

struct db *db_open(struct str conninfo, struct str user, unsigned read_lanes)
{
	struct db *db = calloc(1, sizeof(*db));
	char *text = strndup(conninfo.ptr ? conninfo.ptr : "", conninfo.len);
	char *wrong = NULL;

	if (!db || !text)
		abort();
	db->options = PQconninfoParse(text, &wrong);
	free(text);
	if (!db->options) {
		/* libpq quotes the string, which may hold a password. */
		log_event(STR("db"),
			  "POSTERN_DATABASE is no connection string");
		PQfreemem(wrong);
		free(db);
		return NULL;
	}
	db->user = strndup(user.ptr, user.len);
	if (!db->user)
		abort();
	collect_keywords(db);
	db->write_lanes = read_lanes > 0 ? WRITE_LANES_MAX : 1;
	for (unsigned i = 0; i < db->write_lanes; i++)
		lane_init(&db->writes[i], &db->info, false);
	db->read_lanes = read_lanes < READ_LANES_MAX ? read_lanes
						     : READ_LANES_MAX;
	for (unsigned i = 0; i < db->read_lanes; i++)
		lane_init(&db->reads[i], &db->info, true);
	return db;
}

void db_close(struct db *db)
{
	if (!db)
		return;
	for (unsigned i = 0; i < db->write_lanes; i++)
		lane_release(&db->writes[i]);
	for (unsigned i = 0; i < db->read_lanes; i++)
		lane_release(&db->reads[i]);
	PQconninfoFree(db->options);
	free(db->server_options);
	free(db->user);
	free(db);
}

static unsigned lane_load(struct lane *lane)
{
	unsigned n;

	pthread_mutex_lock(&lane->mutex);
	n = lane->load;
	pthread_mutex_unlock(&lane->mutex);
	return n;
}

/* The one with least to do. */
static struct lane *least_busy(struct lane *lanes, unsigned count)
{
	struct lane *best = lanes;
	unsigned least = lane_load(best);

	for (unsigned i = 1; i < count && least > 0; i++) {
		const unsigned load = lane_load(&lanes[i]);

		if (load >= least)
			continue;
		best = &lanes[i];
		least = load;
	}
	return best;
}

static struct lane *choose_lane(struct db *db, enum db_lane lane)
{
	if (lane == DB_READ && db->read_lanes > 0)
		return least_busy(db->reads, db->read_lanes);
	return least_busy(db->writes, db->write_lanes);
}

static void release_result(void *result)
{
	db_result_release(result);
}

enum db_status db_run(struct db *db, struct arena *a, enum db_lane lane,
		      struct db_work *work)
{
	enum db_status worst = DB_OK;

	assert(work->count > 0 && work->count <= DB_CALLS_MAX);
	lane_run(choose_lane(db, lane), work);
	for (size_t i = 0; i < work->count; i++) {
		struct db_call *call = &work->calls[i];

		if (call->result)
			arena_defer(a, release_result, call->result);
		if (call->status > worst)
			worst = call->status;
	}
	return worst;
}

struct db_call *db_add(struct db_work *work, struct arena *a,
		       enum query query, const struct db_param *params,
		       size_t count)
{
	struct db_call *call = &work->calls[work->count++];
	struct db_param *copy = arena_alloc(a, count * sizeof(*params));

	assert(work->count <= DB_CALLS_MAX && count <= DB_PARAMS_MAX);
	if (count > 0)
		memcpy(copy, params, count * sizeof(*params));
	*call = (struct db_call){
		.query = query, .params = copy, .count = count,
	};
	return call;
}

struct db_param db_integer(struct arena *a, long long n)
{
	struct buf b;

	buf_init(&b, a);
	buf_number(&b, n);
	return (struct db_param)DB_PRINTED(buf_str(&b));
}

size_t db_rows(const struct db_call *call)
{
	return call->result ? call->rows : 0;
}

struct str db_text(const struct db_call *call, size_t row, int column)
{
	const PGresult *r;
	int at;

	if (row >= db_rows(call))
		return STR_NONE;
	r = db_result_pg(call->result);
	at = (int)(call->first + row);
	if (PQgetisnull(r, at, column))
		return STR_NONE;
	return (struct str){
		PQgetvalue(r, at, column), (size_t)PQgetlength(r, at, column),
	};
}

bool db_bool(const struct db_call *call, size_t row, int column)
{
	return str_eq(db_text(call, row, column), STR("t"));
}

long long db_number(const struct db_call *call, size_t row, int column)
{
	long long n = 0;

	(void)str_number(db_text(call, row, column), &n);
	return n;
}

struct str query_name(enum query query)
{
	return str_of(query_texts[query].name);
}
