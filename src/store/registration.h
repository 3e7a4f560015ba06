/*
 * registration.h - clients that register themselves; the rules are SQL's
 * (sql/manage/functions_registration.sql).
 */
#ifndef STORE_REGISTRATION_H
#define STORE_REGISTRATION_H

#include "crypto/hash.h"
#include "db/db.h"

/* Who asks, for what, from where. */
struct registration {
	struct str metadata;		/* a JSON object */
	/* What a software statement says in its place, as verified: a JSON
	 * object; or absent. */
	struct str statement;
	struct str client_id;
	/* A new secret, as both kinds of methods keep it. */
	struct str client_secret_verifier, client_secret_sealed;
	const struct hash *token_hash;	/* of the registration access token */
	const struct hash *initial_token_hash;	/* or NULL */
	struct str address;
};

enum registration_status {
	REGISTRATION_OK,
	REGISTRATION_OFF,
	REGISTRATION_UNAUTHORIZED,	/* no token, or a bad one */
	REGISTRATION_FORBIDDEN,		/* another client's token */
	REGISTRATION_LIMITED,		/* too many */
	REGISTRATION_INVALID		/* see error */
};

struct registered {
	enum registration_status status;
	struct str error, description;	/* of REGISTRATION_INVALID */
	struct str metadata;		/* a JSON object */
	bool has_new_secret;		/* the one that was given is its own */
};

struct db_call *registration_create_ask(struct db_work *w, struct arena *a,
					const struct registration *in);
struct db_call *registration_read_ask(struct db_work *w, struct arena *a,
				      const struct registration *in);
struct db_call *registration_replace_ask(struct db_work *w, struct arena *a,
					 const struct registration *in);
struct db_call *registration_delete_ask(struct db_work *w, struct arena *a,
					const struct registration *in);

/* For each of these. */
void registration_answer(const struct db_call *call, struct registered *out);

/* What it takes to ask others about a registration. */
struct outside {
	bool may_register;	/* as far as can be said before it is tried */
	struct str networks, ca_file;	/* as http/fetch.h has them */
	long long now;		/* seconds since the epoch */
	struct str alg, jwks;	/* of the publisher; absent: not trusted */
};

/* in: who asks, from where; iss: of the software statement, or absent. */
struct db_call *registration_outside_ask(struct db_work *w, struct arena *a,
					 const struct registration *in,
					 struct str iss);
void registration_outside_read(const struct db_call *call,
			       struct outside *out);

#endif
