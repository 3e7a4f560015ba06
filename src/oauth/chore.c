/* chore.c - what a program does beside its requests. */
#include "oauth/chore.h"

#include "base/log.h"
#include "oauth/key_rotation.h"

void maintain_chore(const struct chore *c)
{
	struct db_work w = { .slow = true };
	const struct db_call *call = db_add(&w, c->arena, QUERY_MAINTAIN,
					    NULL, 0);

	if (db_run(c->db, c->arena, DB_READ, &w) == DB_FAILED)
		log_event(c->program, "%s: SQLSTATE %s",
			  query_name(call->query).ptr, call->sqlstate);
}

void key_rotation_chore(const struct chore *c)
{
	if (!key_rotation_run(c->db, c->arena, c->key, false))
		log_event(c->program, "no signing key could be made");
}
