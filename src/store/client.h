/*
 * client.h - a registered client (RFC 7591 section 2; oauth.client).
 *
 * Each _ask function adds a statement to a submission, each _read takes the
 * result apart; what is read lives as long as the arena.
 */
#ifndef STORE_CLIENT_H
#define STORE_CLIENT_H

#include "crypto/hash.h"
#include "crypto/secret.h"
#include "store/key_source.h"
#include "store/subject.h"

struct client {
	struct str client_id;
	bool disabled;
	struct str token_endpoint_auth_method;
	struct str grant_types;			/* words */
	struct str scope;			/* words: all it may ask for */
	long long access_token_lifetime;	/* seconds */
	struct key_source keys;
	struct str issuer;			/* the server's */
	long long now;			/* the database's, since the epoch */
	long long now_us;		/* the same in microseconds */
	long long id_token_lifetime;		/* seconds */
	/* RFC 9068: whom its access tokens are for, and the key that signs
	 * them; no key where they are opaque. */
	bool jwt_access_token;
	struct str access_token_audience;
	struct sealed_key access_token_key;

	/* Read by token alone. */
	struct str client_secret_verifier;
	bool client_secret_expired;
	bool rotate_refresh_tokens;
	long long refresh_token_lifetime;	/* seconds */
	struct str client_secret_sealed;	/* client_secret_unseal() */
	struct str token_endpoint_auth_signing_alg;
	bool fapi2;		/* held to the FAPI 2.0 profiles */

	/* Read by authorize alone. */
	struct str redirect_uris;	/* words */
	struct str response_types;	/* with commas between */
	bool require_pkce;
	long long default_max_age;	/* seconds; -1: none */
	/* By its own metadata, or for all clients. */
	bool require_pushed_authorization_requests;
	bool require_signed_request_object;
	struct str request_uris;		/* words */
	struct str request_object_signing_alg;	/* absent: any */
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

/*
 * The short way, where no more has to be known of a client than that it is
 * one, with a secret that we generated: verifier is its secret_fast_verifier().
 * What is read is client_id and method, as given, issuer and now.  False says
 * no more than that the long way has to be gone.
 */
struct db_call *client_check_ask(struct db_work *w, struct arena *a,
				 struct str client_id, struct str verifier,
				 struct str method);
bool client_check_read(const struct db_call *call, struct str client_id,
		       struct str method, struct client *out);

/* token_endpoint_auth_method "none" (RFC 6749 section 2.1). */
bool client_is_public(const struct client *c);

/*
 * What oauth.client.client_secret_sealed holds of a client_secret, which
 * client_secret_jwt needs itself: sealed with the server's key, for this client
 * alone.  In the arena.
 */
struct str client_secret_seal(struct arena *a, const struct hash *key,
			      struct str client_id, struct secret secret);

/* False, with *out as it was, where there is none, or with another key. */
bool client_secret_unseal(struct arena *a, const struct hash *key,
			  const struct client *c, struct secret *out);

/* Store it.  No row: no client whose method is client_secret_jwt. */
struct db_call *client_secret_seal_ask(struct db_work *w, struct arena *a,
				       struct str client_id,
				       struct str sealed);

#endif
