/*
 * pipeline.c - send a batch of submissions, read what comes back.
 *
 * A Sync ends an implicit transaction (PostgreSQL's manual, section 55.2.3):
 * the statements before it are committed together, and the first that fails
 * aborts the rest.  libpq hands out the results in the order of sending, a NULL
 * after each statement's, and PGRES_PIPELINE_SYNC for a Sync.
 */
#include "db/pipeline.h"

#include <stdio.h>

#include "base/clock.h"
#include "db/result.h"
#include "db/share.h"

struct exchange {
	struct connection *c;
	long long deadline;
	/* Statements whose Parse is in this batch, so that it goes once. */
	bool parsing[QUERY_COUNT];
	bool parse_first[PIPELINE_WORKS_MAX][DB_CALLS_MAX];
};

static bool send_call(struct exchange *x, const struct db_call *call)
{
	const char *values[DB_PARAMS_MAX];
	int lengths[DB_PARAMS_MAX], formats[DB_PARAMS_MAX];
	const struct str keys = share_keys(x->c, call);

	for (size_t i = 0; i < call->count; i++) {
		values[i] = call->params[i].value.ptr;
		lengths[i] = (int)call->params[i].value.len;
		formats[i] = call->params[i].binary;
	}
	if (keys.ptr) {
		values[0] = keys.ptr;
		lengths[0] = (int)keys.len;
	}
	return PQsendQueryPrepared(x->c->pg, query_texts[call->query].name,
				   (int)call->count, values, lengths, formats,
				   0) == 1;
}

/* What has to be parsed is parsed before any statement of the work runs: one
 * that fails would abort the Parse that later works count on, too. */
static bool send_parses(struct exchange *x, const struct db_work *work,
			bool parse_first[DB_CALLS_MAX])
{
	for (size_t i = 0; i < work->count; i++) {
		const enum query query = work->calls[i].query;
		const struct query_text *q = &query_texts[query];

		parse_first[i] = !x->c->prepared[query] && !x->parsing[query];
		if (!parse_first[i])
			continue;
		if (!PQsendPrepare(x->c->pg, q->name, q->sql, 0, NULL))
			return false;
		x->parsing[query] = true;
	}
	return true;
}

static bool send_work(struct exchange *x, const struct db_work *work,
		      bool parse_first[DB_CALLS_MAX])
{
	if (!send_parses(x, work, parse_first))
		return false;
	for (size_t i = 0; i < work->count; i++) {
		if (!work->calls[i].is_guest && !send_call(x, &work->calls[i]))
			return false;
	}
	return true;
}

/* The next result, or NULL between two statements; false where it is lost. */
static bool next_result(struct exchange *x, PGresult **out)
{
	PGconn *pg = x->c->pg;
	int unsent;

	*out = NULL;
	while ((unsent = PQflush(pg)) != 0 || PQisBusy(pg)) {
		if (unsent < 0 ||
		    !connection_wait(x->c, unsent > 0, x->deadline) ||
		    !PQconsumeInput(pg))
			return false;
	}
	*out = PQgetResult(pg);
	if (PQstatus(pg) == CONNECTION_OK)
		return true;
	PQclear(*out);
	*out = NULL;
	return false;
}

/* Of the server's errors each has an SQLSTATE.  One of libpq's own, which had
 * no memory for what came, says nothing of what was done. */
static bool is_answer(const PGresult *r)
{
	return PQresultStatus(r) != PGRES_FATAL_ERROR ||
	       PQresultErrorField(r, PG_DIAG_SQLSTATE);
}

/* The result of one statement and the NULL that follows it. */
static bool statement_result(struct exchange *x, PGresult **out)
{
	PGresult *end;

	if (!next_result(x, out) || !*out)
		return false;
	if (!next_result(x, &end) || end || !is_answer(*out)) {
		PQclear(end);
		PQclear(*out);
		return false;
	}
	return true;
}

static void keep_sqlstate(struct db_call *call, const PGresult *r)
{
	const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);

	if (state)
		(void)snprintf(call->sqlstate, sizeof(call->sqlstate), "%s",
			       state);
}

/* What follows a failure in its transaction has no SQLSTATE of its own. */
static void keep_result(struct db_call *call, PGresult *r)
{
	switch (PQresultStatus(r)) {
	case PGRES_TUPLES_OK:
	case PGRES_COMMAND_OK:
		share_result(call, r);
		return;
	default:
		call->status = DB_FAILED;
		keep_sqlstate(call, r);
		PQclear(r);
	}
}

static void forget_result(struct db_call *call)
{
	db_result_release(call->result);
	call->result = NULL;
	call->sqlstate[0] = '\0';
	call->status = DB_UNKNOWN;
}

static bool read_parse(struct exchange *x, struct db_call *call)
{
	PGresult *r;

	if (!statement_result(x, &r))
		return false;
	if (PQresultStatus(r) == PGRES_COMMAND_OK)
		x->c->prepared[call->query] = true;
	else
		keep_sqlstate(call, r);
	PQclear(r);
	return true;
}

static bool read_call(struct exchange *x, struct db_call *call)
{
	PGresult *r;

	if (!statement_result(x, &r))
		return false;
	keep_result(call, r);
	return true;
}

/* Up to the Sync; an error before it says that the commit itself failed.  One
 * in doubt is as good as an answer that was lost. */
static bool read_sync(struct exchange *x, bool *failed)
{
	PGresult *r;

	for (;;) {
		bool last, lost;

		if (!next_result(x, &r))
			return false;
		last = PQresultStatus(r) == PGRES_PIPELINE_SYNC;
		lost = r && !is_answer(r);
		*failed |= r && !last;
		PQclear(r);
		if (last || lost)
			return last && !x->c->commit_in_doubt;
	}
}

/* Every call of the work, its status known but not yet committed; those of
 * guests with their host's. */
static bool read_work(struct exchange *x, struct db_work *work,
		      const bool parse_first[DB_CALLS_MAX], bool *failed)
{
	for (size_t i = 0; i < work->count; i++) {
		if (parse_first[i] && !read_parse(x, &work->calls[i]))
			return false;
	}
	for (size_t i = 0; i < work->count; i++) {
		if (work->calls[i].is_guest)
			continue;
		if (!read_call(x, &work->calls[i]))
			return false;
		if (work->calls[i].status == DB_FAILED)
			*failed = true;
	}
	return true;
}

static void forget_work(struct db_work *work)
{
	for (size_t i = 0; i < work->count; i++)
		forget_result(&work->calls[i]);
}

/* A commit that failed after its statements had succeeded. */
static void fail_work(struct db_work *work)
{
	for (size_t i = 0; i < work->count; i++) {
		if (work->calls[i].status != DB_FAILED) {
			forget_result(&work->calls[i]);
			work->calls[i].status = DB_FAILED;
		}
	}
}

static enum pipeline_status read_together(struct exchange *x,
					  struct db_work **works, size_t count)
{
	bool failed = false;

	for (size_t i = 0; i < count; i++) {
		if (!read_work(x, works[i], x->parse_first[i], &failed))
			return PIPELINE_LOST;
	}
	if (!read_sync(x, &failed))
		return PIPELINE_LOST;
	return failed ? PIPELINE_FAILED : PIPELINE_DONE;
}

/* Commits one by one; those read before the connection is lost are known. */
static enum pipeline_status read_apart(struct exchange *x,
				       struct db_work **works, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		bool failed = false;

		if (!read_work(x, works[i], x->parse_first[i], &failed) ||
		    !read_sync(x, &failed)) {
			forget_work(works[i]);
			return PIPELINE_LOST;
		}
		if (failed)
			fail_work(works[i]);
	}
	return PIPELINE_DONE;
}

static bool send_all(struct exchange *x, struct db_work **works, size_t count,
		     enum pipeline_mode mode)
{
	for (size_t i = 0; i < count; i++) {
		if (!send_work(x, works[i], x->parse_first[i]))
			return false;
		if (mode == PIPELINE_APART && !PQpipelineSync(x->c->pg))
			return false;
		works[i]->trips++;
	}
	return mode == PIPELINE_APART || PQpipelineSync(x->c->pg) == 1;
}

enum pipeline_status pipeline_run(struct connection *c, struct db_work **works,
				  size_t count, enum pipeline_mode mode)
{
	struct exchange x = {
		.c = c,
		.deadline = clock_ms() + CONNECTION_ANSWER_MS,
	};
	enum pipeline_status status = PIPELINE_LOST;
	struct share share = { .count = 0 };

	for (size_t i = 0; i < count; i++) {
		forget_work(works[i]);
		share_calls(mode == PIPELINE_TOGETHER ? &share : NULL,
			    works[i]);
	}
	if (send_all(&x, works, count, mode)) {
		status = mode == PIPELINE_APART
			? read_apart(&x, works, count)
			: read_together(&x, works, count);
	}
	if (status != PIPELINE_DONE && mode == PIPELINE_TOGETHER) {
		for (size_t i = 0; i < count; i++)
			forget_work(works[i]);
	}
	return status;
}
