/*
 * chore.h - what a program does beside its requests, now and then.
 */
#ifndef OAUTH_CHORE_H
#define OAUTH_CHORE_H

#include "crypto/hash.h"
#include "db/db.h"

/* What a chore works with; its arena is reset after it. */
struct chore {
	struct db *db;
	struct arena *arena;
	const struct hash *key;
	struct str program;		/* for log_event() */
};

typedef void chore_fn(const struct chore *c);

/* Forget what is past (oauth.maintain()). */
void maintain_chore(const struct chore *c);

/* Make the signing keys that are due. */
void key_rotation_chore(const struct chore *c);

#endif
