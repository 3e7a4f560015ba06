/*
 * key_rotation.h - the keys that sign, made when they are due
 * (oauth.signing_key_timetable).
 */
#ifndef OAUTH_KEY_ROTATION_H
#define OAUTH_KEY_ROTATION_H

#include "crypto/hash.h"
#include "db/db.h"

/*
 * Make the keys that are due; all of them where forced.  Whoever does it at the
 * same time, on this machine or another, makes the same generation, and one of
 * the two is stored.  False where the database did not do it.
 */
bool key_rotation_run(struct db *db, struct arena *a, const struct hash *key,
		      bool forced);

/* The private JWK of a row; false where it was not sealed with this key. */
bool key_unseal(struct arena *a, const struct hash *key, struct str kid,
		struct str sealed, struct str *out);

#endif
