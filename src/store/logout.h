/*
 * logout.h - the end of a session: who asks for it, and the clients that hear
 * of it (oauth.session_client, oauth.logout_notification).
 */
#ifndef STORE_LOGOUT_H
#define STORE_LOGOUT_H

#include "crypto/hash.h"
#include "db/db.h"
#include "store/subject.h"

/* The client that asks for a sign-out. */
struct logout_client {
	struct str client_id;
	struct str client_name;			/* or absent */
	struct str post_logout_redirect_uris;	/* words */
};

struct db_call *logout_client_ask(struct db_work *w, struct arena *a,
				  struct str client_id);
/* False where there is no such client, or it is disabled. */
bool logout_client_read(const struct db_call *call, struct logout_client *out);

/*
 * The frontchannel_logout_uri, first column, of each client that knows of the
 * session with this cookie, and the sid, second column: to be asked before the
 * session ends.
 */
struct db_call *frontchannel_ask(struct db_work *w, struct arena *a,
				 const struct hash *cookie_hash);

/* A client that is to be told, by a logout token. */
struct logout_notification {
	struct str id;		/* a number, as the database prints it */
	struct str client_id, sub, sid;
	struct str uri;			/* absent: it wants no word any more */
	struct str issuer;
	long long now;			/* seconds since the epoch */
	struct sealed_key key;
};

#define LOGOUT_CLAIM_MAX 8

/* Take those that are due, LOGOUT_CLAIM_MAX at most. */
struct db_call *logout_claim_ask(struct db_work *w, struct arena *a);
struct logout_notification logout_claim_read(const struct db_call *call,
					     size_t row);
/* What outgoing requests may reach, as struct fetch_policy has it. */
struct str logout_claim_networks(const struct db_call *call);
struct str logout_claim_ca_file(const struct db_call *call);

/* What became of them: JSON, as sql/queries/logout_record.sql has it. */
struct db_call *logout_record_ask(struct db_work *w, struct arena *a,
				  struct str results);

#endif
