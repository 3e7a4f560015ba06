/*
 * token.h - access and refresh tokens (oauth.access_token,
 * oauth.refresh_token), as the token endpoint writes and reads them.
 */
#ifndef STORE_TOKEN_H
#define STORE_TOKEN_H

#include "crypto/credential.h"
#include "db/db.h"
#include "store/client.h"
#include "store/row.h"
#include "store/subject.h"

struct candidate;	/* session.h */

#define REFRESH_SALT_LEN 16

/* New tokens: their secrets, and what is stored of them. */
struct token_issue {
	struct credential access_token, refresh_token;
	struct hash access_hash, refresh_hash;
	unsigned char salt[REFRESH_SALT_LEN];	/* of rotation alone */
	bool with_refresh_token;
	bool no_access_row;	/* RFC 9068: the access token carries itself */
	long long access_token_lifetime, refresh_token_lifetime; /* seconds */
};

/* Where the database put them, and what they came of. */
struct token_slots {
	int access, refresh;
	struct str authorization_id;	/* a number, as it prints it; absent:
					   the client's own token */
};

/* access_hash as a parameter: NULL where the token has no row. */
struct str access_hash_str(const struct token_issue *t);

/* False where the statement gave no row: nothing was issued. */
bool issued_read(const struct db_call *call, struct token_slots *out);

struct db_call *client_token_ask(struct db_work *w, struct arena *a,
				 struct str client_id, struct str scope,
				 const struct token_issue *t);

/* The same for a client that is still to be authenticated: by its verifier and
 * method, in the same statement.  scope: absent for the default one. */
struct client_token_at_once {
	struct str client_id, verifier, method, scope;
};
struct db_call *client_token_at_once_ask(struct db_work *w, struct arena *a,
					 const struct client_token_at_once *in,
					 const struct hash *access_hash);

/* The same for a token that has no row: the client that is read has what the
 * token says, its scope is the token's. */
struct db_call *client_jwt_at_once_ask(struct db_work *w, struct arena *a,
				       const struct client_token_at_once *in);
bool client_jwt_at_once_read(const struct db_call *call,
			     const struct client_token_at_once *in,
			     struct client *out);

/* False where it was not issued; *scope and *lifetime as it was. */
bool client_token_at_once_read(const struct db_call *call,
			       struct token_slots *slots, struct str *scope,
			       long long *lifetime);

/* The password grant: subject has when and how the user proved who they are. */
struct db_call *user_token_ask(struct db_work *w, struct arena *a,
			       struct str client_id,
			       const struct candidate *who, struct str scope,
			       const struct token_issue *t,
			       const struct subject *subject);

/* The implicit grant, to whoever is signed in with this cookie. */
struct implicit_issue {
	const struct hash *cookie_hash;
	struct str client_id, scope;
	struct str claims;		/* the parameter, or absent */
	struct str consent_scope;	/* scope, and what claims are of */
	const struct hash *kept;	/* handle of a kept request; or NULL */
	bool consent_given;
};
struct db_call *implicit_issue_ask(struct db_work *w, struct arena *a,
				   const struct implicit_issue *in,
				   const struct token_issue *t);

struct refresh_token {
	struct str client_id, scope;
	struct str state;	/* "live", "rotated", "used", or why not */
	struct subject subject;
};

/* scope: what is asked for of it, or absent. */
struct db_call *refresh_load_ask(struct db_work *w, struct arena *a,
				 const struct row_key *key, struct str scope);
bool refresh_load_read(const struct db_call *call, struct refresh_token *out);

/*
 * Spend it for its successor (t->refresh_token, derived with t->salt), and for
 * an access token.  The salt that is read is that of who was first: where it is
 * another one, so is the successor.
 */
struct db_call *refresh_rotate_ask(struct db_work *w, struct arena *a,
				   const struct row_key *key,
				   struct str client_id, struct str scope,
				   const struct token_issue *t);

bool refresh_rotate_read(const struct db_call *call, struct token_slots *out,
			 unsigned char salt[REFRESH_SALT_LEN],
			 bool *is_extended);

/* The rings of tokens have so many slots (oauth.rings()). */
#define ACCESS_SLOTS 8
#define REFRESH_SLOTS 8

/*
 * Either for a client that is still to be authenticated, in the same statement:
 * rotation where it is a public one, and verifier absent; else the access token
 * alone.  key.slot is less than REFRESH_SLOTS.
 */
struct refresh_at_once {
	struct row_key key;
	struct str client_id, verifier, method;
	struct str scope;	/* absent: all that was granted */
};
struct db_call *refresh_at_once_ask(struct db_work *w, struct arena *a,
				    const struct refresh_at_once *in,
				    const struct token_issue *t);

/* False where it was not issued; the rest as it was. */
bool refresh_at_once_read(const struct db_call *call, struct token_slots *slots,
			  unsigned char salt[REFRESH_SALT_LEN],
			  struct str *scope, long long *lifetime);

/* Keep it, for an access token. */
struct db_call *refresh_use_ask(struct db_work *w, struct arena *a,
				const struct row_key *key,
				struct str client_id, struct str scope,
				const struct token_issue *t);

struct db_call *refresh_reuse_ask(struct db_work *w, struct arena *a,
				  const struct row_key *key,
				  struct str client_id);

/* RFC 7009; query is QUERY_ACCESS_REVOKE or QUERY_REFRESH_REVOKE. */
struct db_call *revoke_ask(struct db_work *w, struct arena *a,
			   enum query query, const struct row_key *key,
			   struct str client_id);

/* RFC 7662.  NULL where there is no such slot, and so no such token. */
struct db_call *access_introspect_ask(struct db_work *w, struct arena *a,
				      const struct row_key *key);
struct db_call *refresh_introspect_ask(struct db_work *w, struct arena *a,
				       const struct row_key *key);

/* Of access tokens that carry themselves: by the SHA-256 of the jti. */
struct db_call *access_jwt_revoke_ask(struct db_work *w, struct arena *a,
				      const struct hash *jti, long long exp);

struct introspected {
	struct str client_id, sub, username, scope;
	struct str audience;	/* words: who may introspect it besides */
	long long iat, exp;	/* seconds since the epoch */
	struct str state;

	/* Of access tokens that carry themselves, and for UserInfo. */
	struct str aud, jti;
	bool of_user;		/* and not the client's own */
	struct str requested_claims, claims, more_claims;
	struct sealed_key userinfo_key;
	struct str issuer;
	long long now;
};

bool introspect_read(const struct db_call *call, struct introspected *out);

/* RFC 6750: who presents it, and may they. */
struct bearer {
	struct str client_id;
	struct str sub, username;	/* absent: the client's own token */
	struct str scope;
	struct str state;

	/* Where need.claims asked for it; see struct subject. */
	struct str requested_claims, claims, more_claims;
	struct str issuer;
	long long now;
	struct sealed_key userinfo_key;
};

/* NULL where there is no such slot, and so no such token. */
struct db_call *bearer_check_ask(struct db_work *w, struct arena *a,
				 bool claims, const struct row_key *key);
bool bearer_check_read(const struct db_call *call, bool claims,
		       struct bearer *out);

#endif
