/*
 * scope.h - what may be asked for (RFC 6749 section 3.3).  A scope is a list of
 * words, kept as text.
 */
#ifndef OAUTH_SCOPE_H
#define OAUTH_SCOPE_H

#include "base/str.h"

#define SCOPE_WORDS_MAX 100
#define SCOPE_LEN_MAX 4096

/*
 * The words of asked, each once, single spaces between, in the arena.  Absent
 * where there is none (RFC 6749 section 3.3: scope = scope-token *( SP
 * scope-token )), one is not among allowed or has a character that section 3.3
 * does not have, or there are more than SCOPE_WORDS_MAX.
 */
struct str scope_narrow(struct arena *a, struct str asked, struct str allowed);

/* The words of granted that are still among allowed, in the arena. */
struct str scope_common(struct arena *a, struct str granted,
			struct str allowed);

/* Are all the words of needed in granted? */
bool scope_covers(struct str granted, struct str needed);

/*
 * What a resource asks of a token: any of several sets of words, of one set
 * all.  Authlib's require_oauth(): ["profile email"] is both, ["profile",
 * "email"] either.
 */
struct scope_need {
	const struct str *any_of;	/* NULL: any token will do */
	size_t count;
	bool optional;		/* a request without a token will, too */
	bool claims;		/* and whom it acts for, in full: UserInfo */
};

bool scope_meets(struct str granted, const struct scope_need *need);

#endif
