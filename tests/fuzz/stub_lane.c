/*
 * stub_lane.c - a database whose answers are the input's (world.h): in the
 * place of db/lane.c, so that all above it is what the programs have.
 */
#include "db/lane.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "db/result.h"
#include "fuzz.h"
#include "world.h"

static const struct {
	const char *params, *columns;
} shapes[QUERY_COUNT] = {
#include "columns.inc"
};

void lane_init(struct lane *lane, const struct conninfo *info, bool reads_only)
{
	*lane = (struct lane){ .info = info, .reads_only = reads_only };
}

void lane_release(struct lane *lane)
{
	(void)lane;
}

static bool is_printed_number(struct str s)
{
	long long n;

	if (str_starts(s, STR("-")))
		s = str_skip(s, 1);
	return s.ptr[s.len] == '\0' && str_number(s, &n);
}

/* What PostgreSQL would refuse is a fault of the program. */
static void check_param(struct str type, const struct db_param *p)
{
	const struct str v = p->value;

	if (!v.ptr)
		return;
	if (str_eq(type, STR("text")) || str_eq(type, STR("jsonb")))
		assert(utf8_valid(v) && !str_has(v, '\0'));
	else if (str_eq(type, STR("boolean")))
		assert(str_eq(v, STR("t")) || str_eq(v, STR("f")));
	else if (!str_eq(type, STR("bytea")))
		assert(!p->binary && is_printed_number(v));
}

static void check_params(const struct db_call *call)
{
	struct str types = str_of(shapes[call->query].params), type;

	for (size_t i = 0; i < call->count; i++) {
		type = str_word(&types);
		assert(type.ptr);
		check_param(type, &call->params[i]);
	}
	assert(!str_word(&types).ptr);
}

/* The bytes are the caller's: kept is a copy. */
static void keep_params(const struct db_call *call)
{
	const size_t max = COUNT(world.stored);

	for (size_t i = 0; i < call->count && world.stored_count < max; i++)
		if (call->params[i].value.ptr)
			world.stored[world.stored_count++] = str_dup(
				world.arena, call->params[i].value);
}

/* What the script says of the statement, by name or by number. */
static struct str said_of(const struct db_call *call)
{
	struct str name = world_statement(call->query), out = STR_NONE;
	char text[64];

	(void)snprintf(text, sizeof(text), "@%.*s", STR_ARG(name));
	if (world_said(str_of(text), ' ', &out))
		return out;
	(void)snprintf(text, sizeof(text), "@%u", world.statements);
	(void)world_said(str_of(text), ' ', &out);
	return out;
}

/* A result as libpq makes it, which db.c reads as any other. */
static PGresult *make_result(const struct db_call *call, size_t rows)
{
	struct str all = str_of(shapes[call->query].columns), rest = all;
	PGresult *r = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
	static char name_of_all[] = "column";
	PGresAttDesc attributes[64] = { { .name = NULL } };
	int n = 0;

	for (; str_word(&rest).ptr; n++)
		attributes[n].name = name_of_all;
	if (!r || !PQsetResultAttrs(r, n, attributes))
		abort();
	for (size_t row = 0; row < rows; row++) {
		rest = all;
		for (int i = 0; i < n; i++) {
			struct str type = str_word(&rest);
			struct str name = str_cut(&type, ':');
			struct str v = world_value(call->query, name, type,
						   row);

			if (!PQsetvalue(r, (int)row, i,
					str_cstr(world.arena, v),
					v.ptr ? (int)v.len : -1))
				abort();
		}
	}
	return r;
}

static bool gives_rows(const struct db_call *call)
{
	return !str_starts(str_of(shapes[call->query].columns),
			   STR("The command has no result"));
}

static void answer(struct db_call *call)
{
	struct str said = said_of(call), word = str_word(&said);
	size_t rows = world_rows(call);

	call->status = DB_OK;
	if (str_eq(word, STR("failed"))) {
		call->status = DB_FAILED;
		(void)snprintf(call->sqlstate, sizeof(call->sqlstate), "%.*s",
			       said.len > 5 ? 5 : STR_ARG(said));
	} else if (str_eq(word, STR("unavailable"))) {
		call->status = DB_UNAVAILABLE;
	} else if (str_eq(word, STR("unknown"))) {
		call->status = DB_UNKNOWN;
	} else if (str_eq(word, STR("none"))) {
		rows = 0;
	} else if (str_eq(word, STR("rows"))) {
		rows = said.len == 1 && said.ptr[0] >= '0' ?
			(size_t)(said.ptr[0] - '0') % 10 : 1;
	}
	if (call->status != DB_OK || !gives_rows(call))
		return;
	/* What a function gives that is no set is a row, always. */
	if (rows == 0 &&
	    str_starts(query_name(call->query), STR("registration_")))
		rows = 1;
	call->result = db_result_new(make_result(call, rows));
	call->rows = rows;
	if (rows == 0)
		call->status = DB_NO_ROW;
}

/* As lane.h has it: all of a submission or nothing of it. */
static void fail_all(struct db_work *work, enum db_status status)
{
	world.failed = true;
	for (size_t i = 0; i < work->count; i++) {
		db_result_release(work->calls[i].result);
		work->calls[i].result = NULL;
		work->calls[i].status = status;
	}
}

void lane_run(struct lane *lane, struct db_work *work)
{
	enum db_status worst = DB_OK;

	assert(lane && work->count > 0 && work->count <= DB_CALLS_MAX);
	work->trips++;
	for (size_t i = 0; i < work->count; i++) {
		struct db_call *call = &work->calls[i];

		assert(!call->result);
		world.statements++;
		check_params(call);
		answer(call);
		if (call->status > worst)
			worst = call->status;
	}
	if (worst > DB_NO_ROW) {
		fail_all(work, worst);
		return;
	}
	for (size_t i = 0; i < work->count; i++) {
		if (work->calls[i].status == DB_OK)
			keep_params(&work->calls[i]);
	}
}
