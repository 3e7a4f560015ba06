/* client.c - a registered client. */
#include "store/client.h"

struct db_call *client_load_ask(struct db_work *w, struct arena *a,
				struct str client_id)
{
	const struct db_param params[] = { DB_TEXT(client_id) };

	return db_add(w, a, QUERY_CLIENT_LOAD, params, 1);
}

bool client_load_read(const struct db_call *call, struct client *out)
{
	if (db_rows(call) == 0)
		return false;
	*out = (struct client){
		.client_id = db_text(call, 0, 0),
		.client_secret_verifier = db_text(call, 0, 1),
		.client_secret_expired = db_bool(call, 0, 2),
		.disabled = db_bool(call, 0, 3),
		.token_endpoint_auth_method = db_text(call, 0, 4),
		.grant_types = db_text(call, 0, 5),
		.scope = db_text(call, 0, 6),
		.rotate_refresh_tokens = db_bool(call, 0, 7),
		.access_token_lifetime = db_number(call, 0, 8),
		.refresh_token_lifetime = db_number(call, 0, 9),
	};
	return true;
}

struct db_call *client_show_ask(struct db_work *w, struct arena *a,
				struct str client_id)
{
	const struct db_param params[] = { DB_TEXT(client_id) };

	return db_add(w, a, QUERY_CLIENT_SHOW, params, 1);
}

bool client_show_read(const struct db_call *call, struct client *out)
{
	if (db_rows(call) == 0)
		return false;
	*out = (struct client){
		.client_id = db_text(call, 0, 0),
		.disabled = db_bool(call, 0, 1),
		.token_endpoint_auth_method = db_text(call, 0, 2),
		.redirect_uris = db_text(call, 0, 3),
		.grant_types = db_text(call, 0, 4),
		.response_types = db_text(call, 0, 5),
		.scope = db_text(call, 0, 6),
		.require_pkce = db_bool(call, 0, 7),
		.access_token_lifetime = db_number(call, 0, 8),
		.client_name = db_text(call, 0, 9),
		.client_uri = db_text(call, 0, 10),
		.logo_uri = db_text(call, 0, 11),
		.tos_uri = db_text(call, 0, 12),
		.policy_uri = db_text(call, 0, 13),
	};
	return true;
}

bool client_is_public(const struct client *c)
{
	return str_eq(c->token_endpoint_auth_method, STR("none"));
}
