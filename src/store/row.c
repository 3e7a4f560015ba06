/* row.c - a row that is found by what somebody presents. */
#include "store/row.h"

#include <string.h>

uint64_t row_contended(const struct hash *hash)
{
	uint64_t n;

	memcpy(&n, hash->bytes, sizeof(n));
	return n;
}

struct db_call *row_ask(struct db_work *w, struct arena *a, enum query query,
			const struct row_key *key, struct str client_id)
{
	const struct db_param params[] = {
		db_integer(a, key->slot),
		DB_BYTES(hash_str(&key->hash)),
		DB_TEXT(client_id),
	};

	return db_add(w, a, query, params, client_id.ptr ? 3 : 2);
}
