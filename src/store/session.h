/*
 * session.h - who is signed in (oauth.session), and signing in.
 */
#ifndef STORE_SESSION_H
#define STORE_SESSION_H

#include "crypto/credential.h"
#include "crypto/secret.h"
#include "db/db.h"

/*
 * What a sign-in by password is worth: the authentication context class that
 * others have a name for (OASIS, SAML V2.0 Authentication Context).
 */
#define ACR_PASSWORD \
	"urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"

struct session {
	struct str user_id;	/* a number, as the database prints it */
	struct str sub, username;
	long long auth_time_us;	/* microseconds since the epoch */
	struct str consented;	/* scopes granted to the client before; absent:
				   never asked */
	struct str subject;	/* sub, as the client is to know it */
	long long age;		/* seconds since then */
	struct str acr, sid;
};

/* cookie_hash: SHA-256 of the cookie's bytes. */
struct db_call *session_load_ask(struct db_work *w, struct arena *a,
				 const struct hash *cookie_hash,
				 struct str client_id);
bool session_load_read(const struct db_call *call, struct session *out);

/* What an attempt to sign in is counted by. */
struct attempt {
	struct str username;	/* as typed */
	struct hash address;	/* SHA-256 of where it came from */
};

struct candidate {
	bool allowed;		/* false: too many attempts */
	struct str user_id, sub;	/* absent: no such user */
	struct str password_hash;	/* absent: no such user, or none set */
	bool disabled;
};

struct db_call *sign_in_begin_ask(struct db_work *w, struct arena *a,
				  const struct attempt *attempt);
void sign_in_begin_read(const struct db_call *call, struct candidate *out);

/* The password was right: forget that attempts were counted. */
struct db_call *sign_in_forgive_ask(struct db_work *w, struct arena *a,
				    const struct attempt *attempt);

/* For whom sign_in_begin_read() found.  old_cookie: of the session to replace;
 * NULL: none.  DB_NO_ROW where the password was changed or the user disabled
 * meanwhile. */
struct db_call *session_create_ask(struct db_work *w, struct arena *a,
				   const struct hash *cookie_hash,
				   const struct candidate *who,
				   const struct hash *old_cookie);

/* A new user, and a session of theirs: no row where the username is taken, or
 * people may not make accounts. */
struct account {
	struct str username, password_hash;
	struct str claims;		/* a JSON object */
};
struct db_call *account_create_ask(struct db_work *w, struct arena *a,
				   const struct account *account,
				   const struct hash *cookie_hash,
				   const struct hash *old_cookie);

struct db_call *session_end_ask(struct db_work *w, struct arena *a,
				const struct hash *cookie_hash);

#endif
