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
 * The answer.  The refresh token in it is t's where with_refresh_token is
 * set; kept (or absent) otherwise.
 */
void issue_reply(struct exchange *x, const struct token_issue *t,
		 const struct token_slots *slots, struct str scope,
		 struct str kept);

#endif
