/*
 * metadata.c - authorization server metadata (RFC 8414), which is at the same
 * time the provider's (OpenID Connect Discovery section 3).
 *
 * Printed from the tables that the server itself runs by, so that it can not
 * promise what is not there.
 */
#include "base/json.h"
#include "endpoint/endpoint.h"
#include "grant/grant.h"
#include "jose/algorithm.h"
#include "oauth/authorization_request.h"
#include "oauth/claims.h"
#include "oauth/client_auth.h"
#include "store/session.h"

static const struct {
	struct str name, path;
} endpoints[] = {
	{ STR_INIT("authorization_endpoint"), STR_INIT("/oauth/authorize") },
	{ STR_INIT("token_endpoint"), STR_INIT("/oauth/token") },
	{ STR_INIT("revocation_endpoint"), STR_INIT("/oauth/revoke") },
	{ STR_INIT("introspection_endpoint"), STR_INIT("/oauth/introspect") },
	{ STR_INIT("pushed_authorization_request_endpoint"),
	  STR_INIT("/oauth/par") },
	{ STR_INIT("device_authorization_endpoint"),
	  STR_INIT("/oauth/device_authorization") },
	{ STR_INIT("userinfo_endpoint"), STR_INIT("/oauth/userinfo") },
	{ STR_INIT("end_session_endpoint"), STR_INIT("/oauth/logout") },
	{ STR_INIT("jwks_uri"), STR_INIT("/oauth/jwks") },
};

/* Lists of words that are always the same. */
static const struct {
	struct str name, words;
} lists[] = {
	{ STR_INIT("code_challenge_methods_supported"), STR_INIT("S256") },
	{ STR_INIT("subject_types_supported"), STR_INIT("public pairwise") },
	{ STR_INIT("claim_types_supported"), STR_INIT("normal") },
	{ STR_INIT("display_values_supported"),
	  STR_INIT("page popup touch wap") },
	{ STR_INIT("prompt_values_supported"),
	  STR_INIT("none login consent select_account create") },
	{ STR_INIT("ui_locales_supported"), STR_INIT("en ko de") },
	{ STR_INIT("acr_values_supported"), STR_INIT(ACR_PASSWORD) },
};

/* Where signing algorithms are listed: they are the same for all. */
static const struct str signed_things[] = {
	STR_INIT("id_token_signing_alg_values_supported"),
	STR_INIT("userinfo_signing_alg_values_supported"),
	STR_INIT("authorization_signing_alg_values_supported"),
	STR_INIT("introspection_signing_alg_values_supported"),
	STR_INIT("request_object_signing_alg_values_supported"),
};

static const struct {
	struct str name;
	bool value;
} switches[] = {
	{ STR_INIT("authorization_response_iss_parameter_supported"), true },
	{ STR_INIT("claims_parameter_supported"), true },
	{ STR_INIT("backchannel_logout_supported"), true },
	{ STR_INIT("backchannel_logout_session_supported"), true },
	{ STR_INIT("frontchannel_logout_supported"), true },
	{ STR_INIT("frontchannel_logout_session_supported"), true },
	{ STR_INIT("request_parameter_supported"), true },
	{ STR_INIT("request_uri_parameter_supported"), true },
	{ STR_INIT("require_request_uri_registration"), true },
};

static void add_fixed(struct exchange *x)
{
	struct buf *body = &x->reply.body;

	json_words(body, STR("response_modes_supported"), response_modes());
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		json_words(body, lists[i].name, lists[i].words);
	for (size_t i = 0;
	     i < sizeof(signed_things) / sizeof(signed_things[0]); i++)
		json_words(body, signed_things[i], jose_signing_algs());
	for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++)
		json_bool(body, switches[i].name, switches[i].value);
	json_words(body, STR("claims_supported"), claims_supported(x->arena));
}

static void add_endpoint(struct exchange *x, struct str issuer,
			 struct str name, struct str path)
{
	struct buf url;

	buf_init(&url, x->arena);
	buf_add(&url, issuer);
	buf_add(&url, path);
	json_string(&x->reply.body, name, buf_str(&url));
}

static void add_endpoints(struct exchange *x, struct str issuer)
{
	for (size_t i = 0; i < sizeof(endpoints) / sizeof(endpoints[0]); i++)
		add_endpoint(x, issuer, endpoints[i].name, endpoints[i].path);
}

static void add_grant_types(struct buf *body, bool password_grant)
{
	json_array(body, STR("grant_types_supported"));
	for (size_t i = 0; grant_type_at(i).ptr; i++) {
		if (password_grant ||
		    !str_eq(grant_type_at(i), STR("password")))
			json_string(body, STR_NONE, grant_type_at(i));
	}
	json_string(body, STR_NONE, STR("implicit"));
	json_array_end(body);
}

static void add_response_types(struct buf *body)
{
	json_array(body, STR("response_types_supported"));
	for (size_t i = 0; response_type_at(i); i++)
		json_string(body, STR_NONE, response_type_at(i)->name);
	json_array_end(body);
}

/* RFC 8414 section 2.  Introspection is for nobody who can not say who they
 * are. */
static const struct {
	struct str methods, algs;
	bool with_none;
} client_auth[] = {
	{ STR_INIT("token_endpoint_auth_methods_supported"),
	  STR_INIT("token_endpoint_auth_signing_alg_values_supported"), true },
	{ STR_INIT("revocation_endpoint_auth_methods_supported"),
	  STR_INIT("revocation_endpoint_auth_signing_alg_values_supported"),
	  true },
	{ STR_INIT("introspection_endpoint_auth_methods_supported"),
	  STR_INIT("introspection_endpoint_auth_signing_alg_values_supported"),
	  false },
};

static void add_client_auth(struct buf *body)
{
	for (size_t i = 0; i < sizeof(client_auth) / sizeof(client_auth[0]);
	     i++) {
		json_words(body, client_auth[i].methods,
			   client_auth_methods(client_auth[i].with_none));
		json_words(body, client_auth[i].algs,
			   client_auth_signing_algs());
	}
}

static void add_document(struct exchange *x, const struct db_call *load)
{
	struct buf *body = &x->reply.body;
	struct str issuer = db_text(load, 0, 0);

	json_object(body, STR_NONE);
	json_string(body, STR("issuer"), issuer);
	add_endpoints(x, issuer);
	if (db_bool(load, 0, 5))
		add_endpoint(x, issuer, STR("registration_endpoint"),
			     STR("/oauth/register"));
	json_words(body, STR("scopes_supported"), db_text(load, 0, 1));
	add_response_types(body);
	add_grant_types(body, db_bool(load, 0, 2));
	add_client_auth(body);
	add_fixed(x);
	json_bool(body, STR("require_pushed_authorization_requests"),
		  db_bool(load, 0, 3));
	json_bool(body, STR("require_signed_request_object"),
		  db_bool(load, 0, 4));
	json_object_end(body);
}

void metadata_endpoint(struct exchange *x)
{
	struct db_work w = { .count = 0 };
	struct db_call *load = db_add(&w, x->arena, QUERY_METADATA_LOAD,
				      NULL, 0);

	if (oauth_db(x, DB_READ, &w)) {
		oauth_reply_json(x);
		return;
	}
	/* RFC 5861: a cache may answer while the database is away. */
	reply_header(&x->reply, STR("Content-Type"), STR("application/json"));
	reply_header(&x->reply, STR("Cache-Control"),
		     STR("public, max-age=300, stale-if-error=86400"));
	add_document(x, load);
}
