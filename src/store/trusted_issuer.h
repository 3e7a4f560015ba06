/*
 * trusted_issuer.h - who may say who a person is (oauth.trusted_issuer), and
 * the token that comes of it.
 */
#ifndef STORE_TRUSTED_ISSUER_H
#define STORE_TRUSTED_ISSUER_H

#include "store/key_source.h"
#include "store/subject.h"
#include "store/token.h"

/* What an assertion is judged by. */
struct vouched {
	bool is_trusted;		/* is there such an issuer? */
	struct key_source keys;		/* the issuer's */
	struct str alg;
	bool without_consent;
	struct str user_id;		/* absent: no such person */
	bool disabled;
	struct str consented;		/* words; absent: never asked */
	struct subject subject;		/* sub alone: nobody has signed in */
};

/* iss and sub may be absent: then nobody is found. */
struct db_call *jwt_bearer_load_ask(struct db_work *w, struct arena *a,
				    struct str iss, struct str sub,
				    struct str client_id);
struct vouched jwt_bearer_load_read(const struct db_call *call);

/* issued_read() has the answer. */
struct db_call *jwt_bearer_issue_ask(struct db_work *w, struct arena *a,
				     struct str client_id, struct str user_id,
				     struct str scope, bool without_consent,
				     const struct token_issue *t);

#endif
