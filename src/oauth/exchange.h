/*
 * exchange.h - one request and its answer: what every endpoint is handed.
 */
#ifndef OAUTH_EXCHANGE_H
#define OAUTH_EXCHANGE_H

#include "base/arena.h"
#include "crypto/hash.h"
#include "db/db.h"
#include "http/form.h"
#include "http/reply.h"
#include "http/request.h"
#include "jose/jwk_cache.h"
#include "oauth/error.h"
#include "oauth/long_way.h"

struct exchange {
	struct arena *arena;
	const struct request *request;
	struct str endpoint;		/* its path, as the table has it */
	struct reply reply;
	struct db *db;
	const struct hash *key;		/* the server's (POSTERN_KEY_FILE) */
	struct jwk_cache *keys;		/* of the process; NULL: none */
	struct long_way *long_way;	/* likewise */

	/* The first failure: for the answer, and for the log. */
	enum oauth_error error;
	struct str description;		/* a literal; RFC 6749 section 5.2 */
	struct str reason;		/* the real one; absent: description */

	struct str ui_locales;		/* what the client says of the person */

	/* Once this is answered there is something to do at once: the chores
	 * that are for that (struct app_chore). */
	bool poke;

	/* For the log. */
	struct str client_id, user;
	unsigned trips, statements;
};

/*
 * Record a failure and return it: `return oauth_fail(x, OAUTH_..., "...");`.
 * description tells the client nothing that a guesser could use.
 */
#define oauth_fail(x, e, description) \
	oauth_fail_str((x), (e), STR(description))
enum oauth_error oauth_fail_str(struct exchange *x, enum oauth_error e,
				struct str description);

/* What really happened, for the log alone; never a secret of any kind. */
void oauth_reason(struct exchange *x, struct str reason);

/*
 * Run a submission.  OAUTH_OK also where there were no rows; otherwise a
 * failure that says nothing of the cause, which is in the log.
 */
enum oauth_error oauth_db(struct exchange *x, enum db_lane lane,
			  struct db_work *work)
	__attribute__((warn_unused_result));

/* The failure as RFC 6749 section 5.2 has it. */
void oauth_reply_json(struct exchange *x);

/* The failure as RFC 6750 section 3 has it. */
void oauth_reply_challenge(struct exchange *x);

#endif
