/* code.c - authorization codes. */
#include "store/code.h"

#include <assert.h>

#define COUNT(x) (sizeof(x) / sizeof((x)[0]))

struct db_call *code_issue_ask(struct db_work *w, struct arena *a,
			       const struct code_issue *in)
{
	const struct db_param params[] = {
		DB_BYTES(hash_str(in->code_hash)),
		DB_BYTES(hash_str(in->cookie_hash)),
		DB_TEXT(in->client_id),
		DB_TEXT(in->redirect_uri),
		DB_BOOL(in->redirect_uri_given),
		DB_TEXT(in->scope),
		DB_TEXT(in->nonce),
		DB_TEXT(in->code_challenge),
		DB_BOOL(in->consent_given),
		DB_TEXT(in->claims),
		DB_TEXT(in->consent_scope),
		DB_BYTES(in->kept ? hash_str(in->kept) : STR_NONE),
		DB_BOOL(in->with_id_token),
	};

	return db_add(w, a, QUERY_CODE_ISSUE, params, COUNT(params));
}

struct db_call *code_load_ask(struct db_work *w, struct arena *a,
			      const struct row_key *key)
{
	return row_ask(w, a, QUERY_CODE_LOAD, key, STR_NONE);
}

bool code_load_read(const struct db_call *call, struct code *out)
{
	if (db_rows(call) == 0)
		return false;
	*out = (struct code){
		.client_id = db_text(call, 0, 0),
		.redirect_uri = db_text(call, 0, 1),
		.redirect_uri_given = db_bool(call, 0, 2),
		.scope = db_text(call, 0, 3),
		.code_challenge = db_text(call, 0, 4),
		.state = db_text(call, 0, 5),
		.subject = subject_read(call, 6),
	};
	return true;
}

struct db_call *code_redeem_ask(struct db_work *w, struct arena *a,
				const struct row_key *key,
				struct str client_id,
				const struct token_issue *t)
{
	const bool with = t->with_refresh_token;
	const struct db_param params[] = {
		db_integer(a, key->slot),
		DB_BYTES(hash_str(&key->hash)),
		DB_TEXT(client_id),
		DB_BYTES(access_hash_str(t)),
		db_integer(a, t->access_token_lifetime),
		DB_BYTES(with ? hash_str(&t->refresh_hash) : STR_NONE),
		db_integer(a, t->refresh_token_lifetime),
	};

	w->contended = row_contended(&key->hash);
	return db_add(w, a, QUERY_CODE_REDEEM, params, COUNT(params));
}

struct db_call *code_at_once_ask(struct db_work *w, struct arena *a,
				 const struct code_at_once *in,
				 const struct token_issue *t)
{
	const struct db_param params[] = {
		db_integer(a, in->key.slot),
		DB_BYTES(hash_str(&in->key.hash)),
		DB_TEXT(in->client_id),
		DB_TEXT(in->verifier),
		DB_TEXT(in->method),
		DB_TEXT(in->redirect_uri),
		DB_TEXT(in->code_challenge),
		DB_BYTES(hash_str(&t->access_hash)),
		DB_BYTES(hash_str(&t->refresh_hash)),
	};
	const int query = QUERY_CODE_REDEEM_AT_ONCE_0 + in->key.slot;

	assert(in->key.slot >= 0 && in->key.slot < CODE_SLOTS);
	w->contended = row_contended(&in->key.hash);
	return db_add(w, a, (enum query)query, params, COUNT(params));
}

bool code_at_once_read(const struct db_call *call, struct token_slots *slots,
		       struct str *scope, struct token_issue *t)
{
	if (db_rows(call) == 0)
		return false;
	*slots = (struct token_slots){
		.access = (int)db_number(call, 0, 0),
		.refresh = (int)db_number(call, 0, 1),
	};
	*scope = db_text(call, 0, 2);
	t->access_token_lifetime = db_number(call, 0, 3);
	t->with_refresh_token = db_text(call, 0, 1).ptr;
	return true;
}

struct db_call *code_fail_ask(struct db_work *w, struct arena *a,
			      const struct row_key *key)
{
	w->contended = row_contended(&key->hash);
	return row_ask(w, a, QUERY_CODE_FAIL, key, STR_NONE);
}

struct db_call *code_reuse_ask(struct db_work *w, struct arena *a,
			       const struct row_key *key,
			       struct str client_id)
{
	w->contended = row_contended(&key->hash);
	return row_ask(w, a, QUERY_CODE_REUSE, key, client_id);
}
