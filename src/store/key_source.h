/*
 * key_source.h - where somebody's public keys are: in a row, or in a document
 * that was fetched (oauth.fetched_document).
 */
#ifndef STORE_KEY_SOURCE_H
#define STORE_KEY_SOURCE_H

#include "crypto/hash.h"
#include "db/db.h"

struct key_source {
	struct str jwks;	/* absent: look at jwks_uri */
	struct str jwks_uri;	/* absent, too: there are no keys */
	struct str body;	/* what was fetched; absent: nothing, or old */
	bool is_fresh;		/* need not be fetched again */
};

/* From four columns of a row: jwks, jwks_uri, body, is_fresh. */
struct key_source key_source_read(const struct db_call *call, int column);

/* Set out to fetch jwks_uri.  False: somebody else has, less than 30 seconds
 * ago.  What outgoing requests may reach: as http/fetch.h has it. */
struct db_call *document_claim_ask(struct db_work *w, struct arena *a,
				   struct str uri);
bool document_claim_read(const struct db_call *call, struct str *networks,
			 struct str *ca_file);

/* What came of it.  body absent: nothing; max_age -1: it did not say. */
struct db_call *document_store_ask(struct db_work *w, struct arena *a,
				   struct str uri, struct str body,
				   long long max_age);

/* How another's fetch is getting on: false while it is under way. */
struct db_call *document_load_ask(struct db_work *w, struct arena *a,
				  struct str uri);
bool document_load_read(const struct db_call *call, struct key_source *out);

/* Use up what has this hash of iss and jti (oauth.used_jti); a row: it was not
 * used before. */
struct db_call *jti_use_ask(struct db_work *w, struct arena *a,
			    const struct hash *jti_hash, long long exp);

#endif
