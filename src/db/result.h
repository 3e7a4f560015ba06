/*
 * result.h - what a statement gave, held by each call that it answers.
 *
 * The calls of several requests may hold one result (share.h), and let go of it
 * in any order and in any thread.
 */
#ifndef DB_RESULT_H
#define DB_RESULT_H

#include <libpq-fe.h>

struct db_result;

/* Of pg, which is its own from now on; held once.  Without memory the process
 * ends, as with an arena. */
struct db_result *db_result_new(PGresult *pg);

/* Once more; the same. */
struct db_result *db_result_hold(struct db_result *r);

/* Once less: the last one ends it.  NULL is allowed. */
void db_result_release(struct db_result *r);

/* As long as it is held. */
const PGresult *db_result_pg(const struct db_result *r);

#endif
