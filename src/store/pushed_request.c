/* pushed_request.c - authorization requests that are kept. */
#include "store/pushed_request.h"

#include <string.h>

struct db_call *pushed_request_store_ask(struct db_work *w, struct arena *a,
					 const struct pushed_request *in)
{
	const struct db_param params[] = {
		DB_BYTES(hash_str(&in->hash)),
		DB_TEXT(in->client_id),
		DB_TEXT(in->parameters),
		DB_BOOL(in->is_pushed),
		DB_BOOL(in->is_signed),
	};

	return db_add(w, a, QUERY_PUSHED_REQUEST_STORE, params, 5);
}

struct db_call *pushed_request_begin_ask(struct db_work *w, struct arena *a,
					 const struct hash *hash,
					 struct str client_id)
{
	const struct db_param params[] = {
		DB_BYTES(hash_str(hash)),
		DB_TEXT(client_id),
	};

	memcpy(&w->contended, hash->bytes, sizeof(w->contended));
	return db_add(w, a, QUERY_PUSHED_REQUEST_BEGIN, params, 2);
}

bool pushed_request_begin_read(const struct db_call *call,
			       struct pushed_request *out)
{
	if (db_rows(call) == 0)
		return false;
	out->parameters = db_text(call, 0, 0);
	out->is_pushed = db_bool(call, 0, 1);
	out->is_signed = db_bool(call, 0, 2);
	out->started_at_us = db_number(call, 0, 3);
	return true;
}
