/* key_source.c - where somebody's public keys are. */
#include "store/key_source.h"

#include <string.h>

struct key_source key_source_read(const struct db_call *call, int column)
{
	return (struct key_source){
		.jwks = db_text(call, 0, column),
		.jwks_uri = db_text(call, 0, column + 1),
		.body = db_text(call, 0, column + 2),
		.is_fresh = db_bool(call, 0, column + 3),
	};
}

/* For db_work.contended: the row, as a number. */
static uint64_t contended(const struct hash *h)
{
	uint64_t n;

	memcpy(&n, h->bytes, sizeof(n));
	return n;
}

struct db_call *document_claim_ask(struct db_work *w, struct arena *a,
				   struct str uri)
{
	const struct db_param params[] = { DB_TEXT(uri) };
	const struct hash h = hash_sha256(uri);

	w->contended = contended(&h);
	return db_add(w, a, QUERY_DOCUMENT_CLAIM, params, 1);
}

bool document_claim_read(const struct db_call *call, struct str *networks,
			 struct str *ca_file)
{
	if (db_rows(call) == 0)
		return false;
	*networks = db_text(call, 0, 0);
	*ca_file = db_text(call, 0, 1);
	return true;
}

struct db_call *document_store_ask(struct db_work *w, struct arena *a,
				   struct str uri, struct str body,
				   long long max_age)
{
	const struct db_param params[] = {
		DB_TEXT(uri), DB_TEXT(body), db_integer(a, max_age),
	};
	const struct hash h = hash_sha256(uri);

	w->contended = contended(&h);
	return db_add(w, a, QUERY_DOCUMENT_STORE, params, 3);
}

struct db_call *document_load_ask(struct db_work *w, struct arena *a,
				  struct str uri)
{
	const struct db_param params[] = { DB_TEXT(uri) };

	return db_add(w, a, QUERY_DOCUMENT_LOAD, params, 1);
}

bool document_load_read(const struct db_call *call, struct key_source *out)
{
	if (db_rows(call) > 0 && db_bool(call, 0, 2))
		return false;
	out->body = db_text(call, 0, 0);
	out->is_fresh = db_bool(call, 0, 1);
	return true;
}

struct db_call *jti_use_ask(struct db_work *w, struct arena *a,
			    const struct hash *jti_hash, long long exp)
{
	const struct db_param params[] = {
		DB_BYTES(hash_str(jti_hash)), db_integer(a, exp),
	};

	w->contended = contended(jti_hash);
	return db_add(w, a, QUERY_JTI_USE, params, 2);
}
