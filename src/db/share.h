/*
 * share.h - calls of one batch that one statement answers.
 *
 * A prepared statement costs PostgreSQL more to make ready than to run: eight
 * look-ups by one statement cost half of what eight statements do, and so do
 * eight tokens that are stored.  So those that are asked for all the time say
 * in their files (sql/queries/) whom one of them may serve:
 *
 *	-- serves: same		all that ask the same of it
 *	-- serves: keys		all that ask the same but for $1, which is an
 *				array; a key has one row or none, and the last
 *				column says whose it is
 *
 * It must make no difference to such a statement which others of its batch have
 * run before it.
 *
 * The first of them is the host, and its statement is the one that is sent; the
 * others are its guests.
 */
#ifndef DB_SHARE_H
#define DB_SHARE_H

#include "db/connection.h"
#include "db/db.h"

/* Of a batch.  More hosts than these serve themselves alone, so that a batch of
 * strangers costs no more than to compare each with so many. */
#define SHARE_HOSTS_MAX 16

struct share {
	struct share_host {
		struct db_call *host, *last;	/* of its guests, or itself */
		size_t count;			/* with itself */
	} hosts[SHARE_HOSTS_MAX];
	size_t count;
};

/* Each of the work's calls becomes a guest or a host; *s is zero before the
 * first work of a batch.  s NULL: each by itself. */
void share_calls(struct share *s, struct db_work *work);

/*
 * Where $1 is an array, what to send for it, in c->keys until the next one;
 * absent where the parameter goes as it is.  Binary, as array_recv() of
 * PostgreSQL's arrayfuncs.c reads it.
 */
struct str share_keys(struct connection *c, const struct db_call *host);

/* What the host's statement gave: their rows of it for the host and each guest,
 * and their status.  r becomes theirs. */
void share_result(struct db_call *host, PGresult *r);

#endif
