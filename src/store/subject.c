/* subject.c - whom an ID token is about, and the key that signs it. */
#include "store/subject.h"

struct sealed_key sealed_key_read(const struct db_call *call, int column)
{
	return (struct sealed_key){
		.alg = db_text(call, 0, column),
		.kid = db_text(call, 0, column + 1),
		.private_jwk = db_text(call, 0, column + 2),
	};
}

struct subject subject_read(const struct db_call *call, int column)
{
	return (struct subject){
		.sub = db_text(call, 0, column),
		.auth_time = db_number(call, 0, column + 1),
		.acr = db_text(call, 0, column + 2),
		.amr = db_text(call, 0, column + 3),
		.sid = db_text(call, 0, column + 4),
		.nonce = db_text(call, 0, column + 5),
		.requested_claims = db_text(call, 0, column + 6),
		.claims = db_text(call, 0, column + 7),
		.more_claims = db_text(call, 0, column + 8),
		.key = sealed_key_read(call, column + 9),
	};
}

struct db_call *subject_load_ask(struct db_work *w, struct arena *a,
				 struct str client_id, struct str user_id,
				 struct str scope)
{
	const struct db_param params[] = {
		DB_TEXT(client_id),
		DB_PRINTED(user_id),
		DB_TEXT(scope),
	};

	return db_add(w, a, QUERY_SUBJECT_LOAD, params, 3);
}

struct db_call *session_subject_ask(struct db_work *w, struct arena *a,
				    struct str cookie_hash,
				    struct str client_id, struct str scope)
{
	const struct db_param params[] = {
		DB_BYTES(cookie_hash),
		DB_TEXT(client_id),
		DB_TEXT(scope),
	};

	return db_add(w, a, QUERY_SESSION_SUBJECT, params, 3);
}

struct subject subject_load_read(const struct db_call *call)
{
	return subject_read(call, 0);
}

struct db_call *signing_key_ask(struct db_work *w, struct arena *a,
				struct str client_id, struct str purpose)
{
	const struct db_param params[] = {
		DB_TEXT(client_id),
		DB_TEXT(purpose),
	};

	return db_add(w, a, QUERY_SIGNING_KEY_LOAD, params, 2);
}
