/* logout.c - the end of a session, and the clients that hear of it. */
#include "store/logout.h"

struct db_call *logout_client_ask(struct db_work *w, struct arena *a,
				  struct str client_id)
{
	const struct db_param params[] = { DB_TEXT(client_id) };

	return db_add(w, a, QUERY_LOGOUT_LOAD, params, 1);
}

bool logout_client_read(const struct db_call *call, struct logout_client *out)
{
	if (db_rows(call) == 0)
		return false;
	*out = (struct logout_client){
		.client_id = db_text(call, 0, 0),
		.client_name = db_text(call, 0, 1),
		.post_logout_redirect_uris = db_text(call, 0, 2),
	};
	return true;
}

struct db_call *frontchannel_ask(struct db_work *w, struct arena *a,
				 const struct hash *cookie_hash)
{
	const struct db_param params[] = { DB_BYTES(hash_str(cookie_hash)) };

	return db_add(w, a, QUERY_SESSION_FRONTCHANNEL_LOAD, params, 1);
}

struct db_call *logout_claim_ask(struct db_work *w, struct arena *a)
{
	return db_add(w, a, QUERY_LOGOUT_CLAIM, NULL, 0);
}

struct logout_notification logout_claim_read(const struct db_call *call,
					     size_t row)
{
	return (struct logout_notification){
		.id = db_text(call, row, 0),
		.client_id = db_text(call, row, 1),
		.sub = db_text(call, row, 2),
		.sid = db_text(call, row, 3),
		.uri = db_text(call, row, 4),
		.issuer = db_text(call, row, 5),
		.now = db_number(call, row, 6),
		.key = {
			.alg = db_text(call, row, 9),
			.kid = db_text(call, row, 10),
			.private_jwk = db_text(call, row, 11),
		},
	};
}

struct str logout_claim_networks(const struct db_call *call)
{
	return db_text(call, 0, 7);
}

struct str logout_claim_ca_file(const struct db_call *call)
{
	return db_text(call, 0, 8);
}

struct db_call *logout_record_ask(struct db_work *w, struct arena *a,
				  struct str results)
{
	const struct db_param params[] = { DB_TEXT(results) };

	return db_add(w, a, QUERY_LOGOUT_RECORD, params, 1);
}
