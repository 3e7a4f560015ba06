/*
 * subject.h - whom an ID token is about, and the key that signs it: what the
 * statements that load a code, a refresh token or a device code have in common.
 */
#ifndef STORE_SUBJECT_H
#define STORE_SUBJECT_H

#include "db/db.h"

/* A key as it is stored (oauth.signing_key). */
struct sealed_key {
	struct str alg, kid;
	struct str private_jwk;		/* sealed, base64url; absent: no key */
};

struct subject {
	struct str sub;			/* as the client is to know it */
	long long auth_time;	/* seconds since the epoch; 0: unknown */
	struct str acr, amr;		/* amr: words; or absent */
	struct str sid, nonce;		/* or absent */
	struct str requested_claims;	/* the claims parameter, or absent */
	struct str claims, more_claims;	/* JSON: of the user, of claims_for() */
	struct sealed_key key;
};

/* alg, kid and private_jwk, from this column of the row on. */
struct sealed_key sealed_key_read(const struct db_call *call, int column);

/*
 * sub, auth_time, acr, amr, sid, nonce, requested_claims, claims, more_claims
 * and the key, from this column of the first row on.
 */
struct subject subject_read(const struct db_call *call, int column);

/* The same of a user who has just proved who they are, for a client that gets
 * this scope: user_id as the database prints it. */
struct db_call *subject_load_ask(struct db_work *w, struct arena *a,
				 struct str client_id, struct str user_id,
				 struct str scope);
struct subject subject_load_read(const struct db_call *call);

/* The same of whoever is signed in with this cookie. */
struct db_call *session_subject_ask(struct db_work *w, struct arena *a,
				    struct str cookie_hash,
				    struct str client_id, struct str scope);

/* The key for purpose ("id_token", ...; oauth.client_signing_key), with the
 * issuer and the time: see signing.h. */
struct db_call *signing_key_ask(struct db_work *w, struct arena *a,
				struct str client_id, struct str purpose);

#endif
