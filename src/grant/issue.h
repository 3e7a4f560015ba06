/*
 * issue.h - new tokens, and the answer that hands them out (RFC 6749 section
 * 5.1).
 */
#ifndef GRANT_ISSUE_H
#define GRANT_ISSUE_H

#include "grant/grant.h"

/*
 * Fresh tokens for the client, not yet stored.  with_refresh_token: where the
 * client's grant_types have refresh_token.
 */
void issue_new(struct token_issue *t, const struct client *c,
	       bool with_refresh_token);

/*
 * The scope of a grant that no person has narrowed: what is asked for, if the
 * client may ask for it, or else the default one.  defaults: the answered
 * scope_load_ask() where nothing is asked for; NULL otherwise.
 */
enum oauth_error issue_scope(struct grant_request *g, struct str asked,
			     const struct db_call *defaults, struct str *out)
	__attribute__((warn_unused_result));

/*
 * Before anything is spent: open the keys that will sign the answer.  subject:
 * whom an ID token is about where scope has openid; NULL: a client's own
 * tokens.
 */
enum oauth_error issue_prepare(struct grant_request *g, struct str scope,
			       const struct subject *subject)
	__attribute__((warn_unused_result));

/* What was issued, and for what. */
struct issued {
	const struct token_issue *tokens;
	struct token_slots slots;
	struct str scope;
	struct str kept;		/* the refresh token that goes on, or
					   absent; not where tokens have one */
	const struct subject *subject;	/* as in issue_prepare() */
};

/* The answer. */
void issue_reply(struct grant_request *g, const struct issued *in);

/* The members of an answer (RFC 6749 section 5.1) for what is opaque; kept as
 * in struct issued. */
void issue_reply_opaque(struct exchange *x, const struct token_issue *t,
			const struct token_slots *slots, struct str scope,
			struct str kept);

#endif
