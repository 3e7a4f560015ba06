/*
 * pushed_request.h - authorization requests that are kept until they are used
 * (oauth.pushed_request).
 */
#ifndef STORE_PUSHED_REQUEST_H
#define STORE_PUSHED_REQUEST_H

#include "crypto/hash.h"
#include "db/db.h"

struct pushed_request {
	struct hash hash;		/* SHA-256 of the handle */
	struct str client_id, parameters;	/* form-urlencoded */
	bool is_pushed, is_signed;
	long long started_at_us;	/* microseconds since the epoch */
};

/* The row's lifetime in seconds, and the time. */
struct db_call *pushed_request_store_ask(struct db_work *w, struct arena *a,
					 const struct pushed_request *in);

struct db_call *pushed_request_begin_ask(struct db_work *w, struct arena *a,
					 const struct hash *hash,
					 struct str client_id);
/* False: there is none of this client, or no more.  hash and client_id stay. */
bool pushed_request_begin_read(const struct db_call *call,
			       struct pushed_request *out);

#endif
