/* device.c - devices that wait for a person. */
#include "store/device.h"

#define COUNT(x) (sizeof(x) / sizeof((x)[0]))

struct db_call *device_issue_ask(struct db_work *w, struct arena *a,
				 const struct device_issue *in)
{
	const struct db_param params[] = {
		DB_BYTES(hash_str(in->device_code_hash)),
		DB_BYTES(hash_str(in->user_code_hash)),
		DB_TEXT(in->client_id),
		DB_TEXT(in->scope),
		DB_TEXT(in->asked_from),
	};

	return db_add(w, a, QUERY_DEVICE_ISSUE, params, COUNT(params));
}

bool device_issue_read(const struct db_call *call, struct device_issued *out)
{
	if (db_rows(call) == 0)
		return false;
	*out = (struct device_issued){
		.expires_in = db_number(call, 0, 0),
		.interval = db_number(call, 0, 1),
		.issuer = db_text(call, 0, 2),
	};
	return true;
}

struct db_call *device_load_ask(struct db_work *w, struct arena *a,
				const struct row_key *key)
{
	const struct db_param params[] = { DB_BYTES(hash_str(&key->hash)) };

	return db_add(w, a, QUERY_DEVICE_LOAD, params, COUNT(params));
}

bool device_load_read(const struct db_call *call, struct device_code *out)
{
	if (db_rows(call) == 0)
		return false;
	*out = (struct device_code){
		.client_id = db_text(call, 0, 0),
		.scope = db_text(call, 0, 1),
		.state = db_text(call, 0, 2),
		.subject = subject_read(call, 3),
	};
	return true;
}

struct db_call *device_poll_ask(struct db_work *w, struct arena *a,
				const struct row_key *key)
{
	const struct db_param params[] = { DB_BYTES(hash_str(&key->hash)) };

	w->contended = row_contended(&key->hash);
	return db_add(w, a, QUERY_DEVICE_POLL, params, COUNT(params));
}

bool device_poll_too_soon(const struct db_call *call)
{
	return db_bool(call, 0, 0);
}

struct db_call *device_redeem_ask(struct db_work *w, struct arena *a,
				  const struct row_key *key,
				  struct str client_id,
				  const struct token_issue *t)
{
	const bool with = t->with_refresh_token;
	const struct db_param params[] = {
		DB_BYTES(hash_str(&key->hash)),
		DB_TEXT(client_id),
		DB_BYTES(access_hash_str(t)),
		db_integer(a, t->access_token_lifetime),
		DB_BYTES(with ? hash_str(&t->refresh_hash) : STR_NONE),
		db_integer(a, t->refresh_token_lifetime),
	};

	w->contended = row_contended(&key->hash);
	return db_add(w, a, QUERY_DEVICE_REDEEM, params, COUNT(params));
}

struct db_call *device_show_ask(struct db_work *w, struct arena *a,
				const struct device_typed *typed)
{
	const struct db_param params[] = {
		DB_BYTES(hash_str(&typed->user_code)),
		DB_BYTES(hash_str(&typed->person)),
		DB_BYTES(hash_str(&typed->address)),
	};

	w->contended = row_contended(&typed->address);
	return db_add(w, a, QUERY_DEVICE_SHOW, params, COUNT(params));
}

void device_show_read(const struct db_call *call, struct device_question *out)
{
	*out = (struct device_question){
		.allowed = db_bool(call, 0, 0),
		.client_id = db_text(call, 0, 1),
		.scope = db_text(call, 0, 2),
		.asked_from = db_text(call, 0, 3),
		.age = db_number(call, 0, 4),
		.client_name = db_text(call, 0, 5),
		.client_uri = db_text(call, 0, 6),
		.logo_uri = db_text(call, 0, 7),
		.tos_uri = db_text(call, 0, 8),
		.policy_uri = db_text(call, 0, 9),
	};
}

struct db_call *device_decide_ask(struct db_work *w, struct arena *a,
				  const struct hash *user_code,
				  const struct hash *cookie_hash, bool yes)
{
	const struct db_param params[] = {
		DB_BYTES(hash_str(user_code)),
		DB_BYTES(hash_str(cookie_hash)),
		DB_BOOL(yes),
	};

	w->contended = row_contended(user_code);
	return db_add(w, a, QUERY_DEVICE_DECIDE, params, COUNT(params));
}

void device_decide_read(const struct db_call *call,
			struct device_decision *out)
{
	*out = (struct device_decision){
		.signed_in = db_bool(call, 0, 0),
		.heard = db_bool(call, 0, 1),
	};
}
