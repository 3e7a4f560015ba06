/*
 * row.h - a row that is found by what somebody presents: a code or a token.
 */
#ifndef STORE_ROW_H
#define STORE_ROW_H

#include <stdint.h>

#include "crypto/hash.h"
#include "db/db.h"

/* Its slot and hash, as the text that was presented has them. */
struct row_key {
	int slot;
	struct hash hash;
};

/* For db_work.contended: what two requests with the same text share. */
uint64_t row_contended(const struct hash *hash);

/*
 * Add a statement whose parameters are slot, hash and, unless client_id is
 * absent, whose the row must be.  In the arena, as db_add() has it.
 */
struct db_call *row_ask(struct db_work *w, struct arena *a, enum query query,
			const struct row_key *key, struct str client_id);

#endif
