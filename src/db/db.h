/*
 * db.h - statements and their results.
 *
 * The statements are the files of sql/queries/, numbered by enum query.  Each
 * is prepared on a connection the first time it is needed there, in the same
 * round trip as its first use.
 */
#ifndef DB_DB_H
#define DB_DB_H

#include <stdint.h>

#include "base/str.h"
#include "db/queries.h"

struct db;
struct db_result;

/* Statements that one submission may hold, parameters that one may have. */
#define DB_CALLS_MAX 8
#define DB_PARAMS_MAX 16

enum db_status {
	DB_OK,
	DB_NO_ROW,
	DB_FAILED,	/* PostgreSQL refused the statement: see sqlstate */
	DB_UNAVAILABLE,	/* it never ran */
	DB_UNKNOWN	/* sent, and the answer is lost: it may have run */
};

/*
 * A parameter; the bytes are the caller's until db_run() returns.  Text and
 * bytea go as they are, with their length; other types as PostgreSQL would
 * print them, with a NUL after them.
 */
struct db_param {
	struct str value;	/* absent: NULL */
	bool binary;
};

#define DB_TEXT(s) { (s), true }
#define DB_BYTES(s) { (s), true }
#define DB_PRINTED(s) { (s), false }
#define DB_BOOL(b) { (b) ? STR("t") : STR("f"), false }

struct db_call {
	enum query query;
	const struct db_param *params;
	size_t count;

	/* Filled in by db_run(). */
	enum db_status status;
	char sqlstate[6];	/* "" unless status is DB_FAILED */
	struct db_result *result;
	size_t first, rows;	/* of the result: those that are the call's */

	/* While it is on its way: who has its rows of this one's statement, or
	 * that it has its own of another's (share.h). */
	struct db_call *next_guest;
	bool is_guest;
};

/* Which connections. */
enum db_lane { DB_READ, DB_WRITE };

struct db_work {
	struct db_call calls[DB_CALLS_MAX];
	size_t count;
	/*
	 * What the work locks, as a number: submissions that meet in a batch
	 * are run in this order, so that two batches never wait for each other
	 * in a ring.  0: nothing that another request could want.
	 */
	uint64_t contended;
	/* It takes seconds: whoever can goes by another lane meanwhile, and
	 * nobody shares a batch with it. */
	bool slow;

	/* Filled in by db_run(). */
	unsigned trips;		/* round trips it took part in */
};

/*
 * Add a statement to the submission.  The parameters are copied to the arena,
 * the bytes they point to are not.  The result is valid as long as *work is.
 */
struct db_call *db_add(struct db_work *work, struct arena *a,
		       enum query query, const struct db_param *params,
		       size_t count);

/* A number as a parameter, in the arena. */
struct db_param db_integer(struct arena *a, long long n);

/*
 * Open the lanes; nothing is connected yet.  conninfo: what libpq takes; user
 * becomes the role where conninfo names none.  read_lanes 0: one connection in
 * all (plain CGI); else so many for reading, and two for writing.  NULL where
 * conninfo is no connection string, with the reason on standard error.
 */
struct db *db_open(struct str conninfo, struct str user, unsigned read_lanes);
void db_close(struct db *db);

/*
 * Run the statements of one submission, in order, in one transaction that may
 * hold other requests' too; returns when the commit is known, or when it never
 * will be.  The results live as long as the arena.
 *
 * The worst status of all calls, which is what a caller acts on.
 */
enum db_status db_run(struct db *db, struct arena *a, enum db_lane lane,
		      struct db_work *work);

/* How many rows a call gave. */
size_t db_rows(const struct db_call *call);

/* A column; absent for NULL and where there is no such row. */
struct str db_text(const struct db_call *call, size_t row, int column);
bool db_bool(const struct db_call *call, size_t row, int column);
long long db_number(const struct db_call *call, size_t row, int column);

/* Its name, for the log. */
struct str query_name(enum query query);

#endif
