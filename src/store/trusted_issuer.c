/* trusted_issuer.c - who may say who a person is. */
#include "store/trusted_issuer.h"

struct db_call *jwt_bearer_load_ask(struct db_work *w, struct arena *a,
				    struct str iss, struct str sub,
				    struct str client_id)
{
	const struct db_param params[] = {
		DB_TEXT(iss), DB_TEXT(sub), DB_TEXT(client_id),
	};

	return db_add(w, a, QUERY_JWT_BEARER_LOAD, params, 3);
}

struct vouched jwt_bearer_load_read(const struct db_call *call)
{
	return (struct vouched){
		.keys = key_source_read(call, 0),
		.is_trusted = db_bool(call, 0, 4),
		.alg = db_text(call, 0, 5),
		.without_consent = db_bool(call, 0, 6),
		.user_id = db_text(call, 0, 7),
		.disabled = db_bool(call, 0, 8),
		.consented = db_text(call, 0, 9),
		.subject = { .sub = db_text(call, 0, 10) },
	};
}

struct db_call *jwt_bearer_issue_ask(struct db_work *w, struct arena *a,
				     struct str client_id, struct str user_id,
				     struct str scope, bool without_consent,
				     const struct token_issue *t)
{
	const struct db_param params[] = {
		DB_BYTES(access_hash_str(t)),
		DB_TEXT(client_id),
		DB_PRINTED(user_id),
		DB_TEXT(scope),
		db_integer(a, t->access_token_lifetime),
		DB_BOOL(without_consent),
	};

	return db_add(w, a, QUERY_JWT_BEARER_ISSUE, params, 6);
}
