/*
 * scope.h - the scopes there are (RFC 6749 section 3.3; oauth.scope).
 */
#ifndef STORE_SCOPE_H
#define STORE_SCOPE_H

#include "db/db.h"

struct scope_row {
	struct str name, description;
	bool is_default;
};

/* Those of the words that exist, and the default ones. */
struct db_call *scope_load_ask(struct db_work *w, struct arena *a,
			       struct str words);
struct scope_row scope_load_row(const struct db_call *call, size_t row);

/* The default ones that are among allowed, as words in the arena. */
struct str scope_load_defaults(const struct db_call *call, struct arena *a,
			       struct str allowed);

#endif
