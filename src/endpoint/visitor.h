/*
 * visitor.h - who is at the browser that a request comes from, and what every
 * page needs to know of the settings: a part of a round trip.
 */
#ifndef ENDPOINT_VISITOR_H
#define ENDPOINT_VISITOR_H

#include "oauth/exchange.h"
#include "store/session.h"

struct visitor {
	struct str issuer;
	bool secure;			/* the issuer is https */
	long long session_lifetime;	/* seconds */
	bool account_creation;	/* may people make accounts? */

	bool signed_in;
	struct session session;
	struct hash cookie_hash;	/* of the session, where signed in */
};

/* What is asked, from visitor_ask() to visitor_read(). */
struct visitor_lookup {
	const struct db_call *setting, *secure, *plain;
	struct hash secure_hash, plain_hash;
};

/*
 * Add what is asked to a submission: two statements at most.  client_id: whose
 * consent is looked at, or absent.
 */
void visitor_ask(struct exchange *x, struct db_work *w, struct str client_id,
		 struct visitor_lookup *out);
void visitor_read(const struct visitor_lookup *in, struct visitor *out);

/* The session and its cookie end.  False: a failure is recorded. */
bool visitor_sign_out(struct exchange *x, const struct visitor *v);

/* The names of our cookies: __Host- where the issuer is https. */
struct str session_cookie_name(bool secure);

/* SHA-256 of the session cookie; false where there is none that could be. */
bool session_cookie_hash(const struct exchange *x, bool secure,
			 struct hash *out);

#endif
