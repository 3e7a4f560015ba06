/* result.c - what a statement gave, held by each call that it answers. */
#include "db/result.h"

#include <stdatomic.h>
#include <stdlib.h>

struct db_result {
	PGresult *pg;
	atomic_uint holders;
};

struct db_result *db_result_new(PGresult *pg)
{
	struct db_result *r = malloc(sizeof(*r));

	if (!r)
		abort();
	r->pg = pg;
	atomic_init(&r->holders, 1);
	return r;
}

struct db_result *db_result_hold(struct db_result *r)
{
	atomic_fetch_add_explicit(&r->holders, 1, memory_order_relaxed);
	return r;
}

void db_result_release(struct db_result *r)
{
	if (!r || atomic_fetch_sub(&r->holders, 1) > 1)
		return;
	PQclear(r->pg);
	free(r);
}

const PGresult *db_result_pg(const struct db_result *r)
{
	return r->pg;
}
