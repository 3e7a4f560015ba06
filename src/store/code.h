/*
 * code.h - authorization codes (RFC 6749 section 4.1.2;
 * oauth.authorization_code).
 */
#ifndef STORE_CODE_H
#define STORE_CODE_H

#include "crypto/credential.h"
#include "db/db.h"
#include "store/token.h"

struct code_issue {
	const struct hash *code_hash, *cookie_hash;
	struct str client_id, redirect_uri, scope;
	struct str nonce, code_challenge;	/* or absent */
	struct str claims;		/* the parameter, or absent */
	struct str consent_scope;	/* scope, and what claims are of */
	const struct hash *kept;	/* handle of a kept request; or NULL */
	bool redirect_uri_given, consent_given;
	bool with_id_token;		/* beside the code (hybrid flow) */
};

/* One row, the slot; none where the session or the consent is gone. */
struct db_call *code_issue_ask(struct db_work *w, struct arena *a,
			       const struct code_issue *in);

/* What a code was issued for. */
struct code {
	struct str client_id, redirect_uri, scope;
	struct str code_challenge;	/* absent: none was sent */
	bool redirect_uri_given;
	struct str state;	/* "live", or why it is not */
	struct subject subject;
};

struct db_call *code_load_ask(struct db_work *w, struct arena *a,
			      const struct row_key *key);
bool code_load_read(const struct db_call *call, struct code *out);

/* Spend it for these tokens; the result is read by issued_read(). */
struct db_call *code_redeem_ask(struct db_work *w, struct arena *a,
				const struct row_key *key,
				struct str client_id,
				const struct token_issue *tokens);

/* The ring of codes has so many slots (oauth.rings()). */
#define CODE_SLOTS 4

/* The same for a client that is still to be authenticated, and a code that is
 * still to be judged, in the same statement.  key.slot is less than CODE_SLOTS;
 * with a refresh token where the client may have one. */
struct code_at_once {
	struct row_key key;
	struct str client_id, method;
	struct str verifier;		/* absent: a public client */
	struct str redirect_uri, code_challenge;	/* or absent */
};
struct db_call *code_at_once_ask(struct db_work *w, struct arena *a,
				 const struct code_at_once *in,
				 const struct token_issue *t);

/* False where it was not redeemed; in *t what the tokens are to be. */
bool code_at_once_read(const struct db_call *call, struct token_slots *slots,
		       struct str *scope, struct token_issue *t);

struct db_call *code_fail_ask(struct db_work *w, struct arena *a,
			      const struct row_key *key);
struct db_call *code_reuse_ask(struct db_work *w, struct arena *a,
			       const struct row_key *key,
			       struct str client_id);

#endif
