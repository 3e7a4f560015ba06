/* session.c - who is signed in, and signing in. */
#include "store/session.h"

#include <string.h>

#define COUNT(x) (sizeof(x) / sizeof((x)[0]))

struct db_call *session_load_ask(struct db_work *w, struct arena *a,
				 const struct hash *cookie_hash,
				 struct str client_id)
{
	const struct db_param params[] = {
		DB_BYTES(hash_str(cookie_hash)),
		DB_TEXT(client_id),
	};

	return db_add(w, a, QUERY_SESSION_LOAD, params, COUNT(params));
}

bool session_load_read(const struct db_call *call, struct session *out)
{
	if (db_rows(call) == 0)
		return false;
	*out = (struct session){
		.user_id = db_text(call, 0, 0),
		.sub = db_text(call, 0, 1),
		.username = db_text(call, 0, 2),
		.auth_time_us = db_number(call, 0, 3),
		.consented = db_text(call, 0, 4),
		.subject = db_text(call, 0, 5),
		.age = db_number(call, 0, 6),
		.acr = db_text(call, 0, 7),
		.sid = db_text(call, 0, 8),
	};
	return true;
}

/* Attempts from one address meet at its row. */
static uint64_t attempt_contended(const struct attempt *attempt)
{
	uint64_t n;

	memcpy(&n, attempt->address.bytes, sizeof(n));
	return n;
}

struct db_call *sign_in_begin_ask(struct db_work *w, struct arena *a,
				  const struct attempt *attempt)
{
	const struct db_param params[] = {
		DB_TEXT(attempt->username),
		DB_BYTES(hash_str(&attempt->address)),
	};

	w->contended = attempt_contended(attempt);
	return db_add(w, a, QUERY_SIGN_IN_BEGIN, params, COUNT(params));
}

void sign_in_begin_read(const struct db_call *call, struct candidate *out)
{
	*out = (struct candidate){
		.allowed = db_bool(call, 0, 0),
		.user_id = db_text(call, 0, 1),
		.sub = db_text(call, 0, 2),
		.password_hash = db_text(call, 0, 3),
		.disabled = db_bool(call, 0, 4),
	};
}

struct db_call *sign_in_forgive_ask(struct db_work *w, struct arena *a,
				    const struct attempt *attempt)
{
	const struct db_param params[] = {
		DB_TEXT(attempt->username),
		DB_BYTES(hash_str(&attempt->address)),
	};

	w->contended = attempt_contended(attempt);
	return db_add(w, a, QUERY_SIGN_IN_FORGIVE, params, COUNT(params));
}

struct db_call *session_create_ask(struct db_work *w, struct arena *a,
				   const struct hash *cookie_hash,
				   const struct candidate *who,
				   const struct hash *old_cookie)
{
	const struct db_param params[] = {
		DB_BYTES(hash_str(cookie_hash)),
		DB_PRINTED(who->user_id),
		DB_BYTES(old_cookie ? hash_str(old_cookie) : STR_NONE),
		DB_TEXT(STR(ACR_PASSWORD)),
		DB_TEXT(who->password_hash),
	};

	return db_add(w, a, QUERY_SESSION_CREATE, params, COUNT(params));
}

struct db_call *account_create_ask(struct db_work *w, struct arena *a,
				   const struct account *account,
				   const struct hash *cookie_hash,
				   const struct hash *old_cookie)
{
	const struct db_param params[] = {
		DB_TEXT(account->username),
		DB_TEXT(account->password_hash),
		DB_TEXT(account->claims),
		DB_BYTES(hash_str(cookie_hash)),
		DB_BYTES(old_cookie ? hash_str(old_cookie) : STR_NONE),
		DB_TEXT(STR(ACR_PASSWORD)),
	};

	return db_add(w, a, QUERY_ACCOUNT_CREATE, params, COUNT(params));
}

struct db_call *session_end_ask(struct db_work *w, struct arena *a,
				const struct hash *cookie_hash)
{
	const struct db_param params[] = { DB_BYTES(hash_str(cookie_hash)) };

	return db_add(w, a, QUERY_SESSION_END, params, 1);
}
