/*
 * token_row.h - a token that a client asks about, and the row it must be in:
 * what revocation and introspection share.
 */
#ifndef ENDPOINT_TOKEN_ROW_H
#define ENDPOINT_TOKEN_ROW_H

#include "oauth/client_auth.h"
#include "store/token.h"

struct token_query {
	struct str token, token_type_hint;

	bool well_formed;
	enum credential_kind kind;
	struct row_key key;

	struct client client;
	struct db_work first;	/* the client, and what was looked up with it */
	struct db_call *found;	/* what ask() added, answered; or NULL */
};

/* Looks up the row of a well-formed token beside the client: sets q->found. */
typedef void token_row_ask(struct token_query *q, struct arena *a);

/*
 * Read and authenticate the request of RFC 7009 section 2.1 and RFC 7662
 * section 2.1.  Our tokens say themselves what they are, so a wrong hint can
 * not mislead; one that is no registered name is an error (RFC 7009 section
 * 2.2.1).  ask may be NULL.
 */
enum oauth_error token_query_read(struct exchange *x, struct token_query *q,
				  token_row_ask *ask)
	__attribute__((warn_unused_result));

#endif
