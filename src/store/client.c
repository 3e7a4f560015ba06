/* client.c - a registered client. */
#include "store/client.h"

#include "base/arena.h"
#include "base/base64.h"
#include "base/buf.h"
#include "crypto/seal.h"

struct db_call *client_load_ask(struct db_work *w, struct arena *a,
				struct str client_id)
{
	const struct db_param params[] = { DB_TEXT(client_id) };

	return db_add(w, a, QUERY_CLIENT_LOAD, params, 1);
}

struct db_call *client_check_ask(struct db_work *w, struct arena *a,
				 struct str client_id, struct str verifier,
				 struct str method)
{
	const struct db_param params[] = {
		DB_TEXT(client_id), DB_TEXT(verifier), DB_TEXT(method),
	};

	return db_add(w, a, QUERY_CLIENT_CHECK, params, 3);
}

bool client_check_read(const struct db_call *call, struct str client_id,
		       struct str method, struct client *out)
{
	if (db_rows(call) == 0)
		return false;
	*out = (struct client){
		.client_id = client_id,
		.token_endpoint_auth_method = method,
		.issuer = db_text(call, 0, 0),
		.now = db_number(call, 0, 1),
	};
	return true;
}

/* What signing needs, from this column on. */
static void read_signing(const struct db_call *call, int column,
			 struct client *out)
{
	out->issuer = db_text(call, 0, column);
	out->now_us = db_number(call, 0, column + 1);
	out->now = out->now_us / 1000000;
	out->id_token_lifetime = db_number(call, 0, column + 2);
	out->jwt_access_token = db_bool(call, 0, column + 3);
	out->access_token_audience = db_text(call, 0, column + 4);
	out->access_token_key = sealed_key_read(call, column + 5);
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
		.keys = key_source_read(call, 18),
		.client_secret_sealed = db_text(call, 0, 22),
		.token_endpoint_auth_signing_alg = db_text(call, 0, 23),
		.fapi2 = db_bool(call, 0, 24),
	};
	read_signing(call, 10, out);
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
	read_signing(call, 14, out);
	out->default_max_age = db_text(call, 0, 22).ptr ? db_number(call, 0, 22)
							: -1;
	out->require_pushed_authorization_requests = db_bool(call, 0, 23);
	out->require_signed_request_object = db_bool(call, 0, 24);
	out->request_uris = db_text(call, 0, 25);
	out->request_object_signing_alg = db_text(call, 0, 26);
	out->keys = key_source_read(call, 27);
	return true;
}

bool client_is_public(const struct client *c)
{
	return str_eq(c->token_endpoint_auth_method, STR("none"));
}

/* So that what is sealed for one row can not be put into another. */
static struct str seal_context(struct arena *a, struct str client_id)
{
	struct buf b;

	buf_init(&b, a);
	buf_add(&b, STR("client_secret "));
	buf_add(&b, client_id);
	return buf_str(&b);
}

struct str client_secret_seal(struct arena *a, const struct hash *key,
			      struct str client_id, struct secret secret)
{
	struct str sealed = seal(a, key, seal_context(a, client_id),
				 secret.bytes);

	return base64url_encode(a, sealed.ptr, sealed.len);
}

bool client_secret_unseal(struct arena *a, const struct hash *key,
			  const struct client *c, struct secret *out)
{
	struct str sealed, plain;

	if (!base64url_decode_all(a, c->client_secret_sealed, &sealed) ||
	    !unseal(a, key, seal_context(a, c->client_id), sealed, &plain))
		return false;
	*out = (struct secret){ plain };
	return true;
}

struct db_call *client_secret_seal_ask(struct db_work *w, struct arena *a,
				       struct str client_id,
				       struct str sealed)
{
	const struct db_param params[] = {
		DB_TEXT(client_id), DB_TEXT(sealed),
	};

	return db_add(w, a, QUERY_CLIENT_SECRET_SEAL, params, 2);
}
