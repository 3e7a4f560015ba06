/*
 * client.h - a registered client (RFC 7591 section 2; oauth.client).
 *
 * Each _ask function adds a statement to a submission, each _read takes the
 * result apart; what is read lives as long as the arena.
 */
#ifndef STORE_CLIENT_H
#define STORE_CLIENT_H

#include "db/db.h"

struct client {
	struct str client_id;
	bool disabled;
	struct str token_endpoint_auth_method;
	struct str grant_types;			/* words */
	struct str scope;			/* words: all it may ask for */
	long long access_token_lifetime;	/* seconds */

	/* Read by token alone. */
	struct str client_secret_verifier;
	bool client_secret_expired;
	bool rotate_refresh_tokens;
	long long refresh_token_lifetime;	/* seconds */

	/* Read by authorize alone. */
	struct str redirect_uris, response_types;	/* words */
	bool require_pkce;
	struct str client_name, client_uri, logo_uri, tos_uri, policy_uri;
};

/* For the back channel, and for the authorization endpoint. */
struct db_call *client_load_ask(struct db_work *w, struct arena *a,
				struct str client_id);
struct db_call *client_show_ask(struct db_work *w, struct arena *a,
				struct str client_id);

/* False where there is no such client. */
bool client_load_read(const struct db_call *call, struct client *out);
bool client_show_read(const struct db_call *call, struct client *out);

/* token_endpoint_auth_method "none" (RFC 6749 section 2.1). */
bool client_is_public(const struct client *c);

#endif
