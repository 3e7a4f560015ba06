/*
 * long_way.h - clients whom a grant's short cut did not serve.
 *
 * A hint that saves them a round trip, of a process and for a minute, and no
 * more: with it or without it the answer is the same.  Only a request that was
 * answered with a token leaves one.
 */
#ifndef OAUTH_LONG_WAY_H
#define OAUTH_LONG_WAY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

#define LONG_WAY_SLOTS 256	/* of clients that fall together one stays */

/* All zero: nobody.  Any thread may use it at any time. */
struct long_way {
	_Atomic uint64_t slots[LONG_WAY_SLOTS];
};

/* Has the client been noted, for this grant, within this minute? */
bool long_way_has(struct long_way *w, struct str grant_type,
		  struct str client_id);

void long_way_note(struct long_way *w, struct str grant_type,
		   struct str client_id);

/* No longer. */
void long_way_forget(struct long_way *w, struct str grant_type,
		     struct str client_id);

#endif
