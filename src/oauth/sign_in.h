/*
 * sign_in.h - is it them?  A username and a password, counted and compared.
 */
#ifndef OAUTH_SIGN_IN_H
#define OAUTH_SIGN_IN_H

#include "crypto/secret.h"
#include "oauth/exchange.h"
#include "store/session.h"

enum sign_in {
	SIGN_IN_OK,
	SIGN_IN_WRONG,		/* no such user, a wrong password, disabled */
	SIGN_IN_THROTTLED,	/* too many attempts: not even looked at */
	SIGN_IN_NOT_ALLOWED,	/* this program may not read password hashes */
	SIGN_IN_FAILED		/* oauth_db() has recorded a failure */
};

/* What attempts from where this request comes from are counted by. */
struct hash sign_in_address(const struct exchange *x);

/*
 * One attempt, from the request's address.  It is counted before the password
 * is looked at; an unknown user takes as long as a wrong password.  *attempt
 * is for session_create_ask(), *who holds the user for SIGN_IN_OK.
 */
enum sign_in sign_in_try(struct exchange *x, struct str username,
			 struct secret password, struct attempt *attempt,
			 struct candidate *who)
	__attribute__((warn_unused_result));

#endif
