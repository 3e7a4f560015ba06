/*
 * error.h - the registered errors, each with its status: the only place where
 * they are spelled.
 */
#ifndef OAUTH_ERROR_H
#define OAUTH_ERROR_H

#include "base/str.h"

enum oauth_error {
	OAUTH_OK,
	/* RFC 6749 sections 4.1.2.1, 4.2.2.1 and 5.2 */
	OAUTH_INVALID_REQUEST,
	OAUTH_INVALID_CLIENT,
	OAUTH_INVALID_GRANT,
	OAUTH_UNAUTHORIZED_CLIENT,
	OAUTH_UNSUPPORTED_GRANT_TYPE,
	OAUTH_UNSUPPORTED_RESPONSE_TYPE,
	OAUTH_INVALID_SCOPE,
	OAUTH_ACCESS_DENIED,
	OAUTH_SERVER_ERROR,
	OAUTH_TEMPORARILY_UNAVAILABLE,
	/* RFC 6750 section 3.1 */
	OAUTH_INVALID_TOKEN,
	OAUTH_INSUFFICIENT_SCOPE,
	/* RFC 7009 section 2.2.1 */
	OAUTH_UNSUPPORTED_TOKEN_TYPE,
	/* RFC 8628 section 3.5 */
	OAUTH_AUTHORIZATION_PENDING,
	OAUTH_SLOW_DOWN,
	OAUTH_EXPIRED_TOKEN,
	/* OpenID Connect Core section 3.1.2.6 */
	OAUTH_LOGIN_REQUIRED,
	OAUTH_CONSENT_REQUIRED,
	OAUTH_INTERACTION_REQUIRED,
	OAUTH_ACCOUNT_SELECTION_REQUIRED,
	OAUTH_INVALID_REQUEST_URI,
	OAUTH_INVALID_REQUEST_OBJECT,
	OAUTH_REQUEST_NOT_SUPPORTED,
	OAUTH_REQUEST_URI_NOT_SUPPORTED,
	OAUTH_REGISTRATION_NOT_SUPPORTED,
	/* RFC 7591 section 3.2.2 */
	OAUTH_INVALID_REDIRECT_URI,
	OAUTH_INVALID_CLIENT_METADATA,
	OAUTH_INVALID_SOFTWARE_STATEMENT,
	OAUTH_UNAPPROVED_SOFTWARE_STATEMENT,
	OAUTH_TOO_MANY_REQUESTS,	/* temporarily_unavailable */
	OAUTH_FORBIDDEN,	/* access_denied, of no authorization request */
	/* OpenID Connect Core Error Code unmet_authentication_requirements */
	OAUTH_UNMET_AUTHENTICATION_REQUIREMENTS,
	/* Not a protocol's but HTTP's: no "error" member says these. */
	OAUTH_NOT_FOUND,
	OAUTH_METHOD_NOT_ALLOWED,
	OAUTH_TOO_LARGE,
	OAUTH_URI_TOO_LONG,
	OAUTH_HEADERS_TOO_LONG,
	OAUTH_TIMEOUT,
	OAUTH_MISSING_TOKEN,	/* RFC 6750 section 3.1: no code, a bare 401 */
	OAUTH_ERROR_COUNT
};

/* "invalid_grant", and so on; "ok" for OAUTH_OK. */
struct str oauth_error_code(enum oauth_error e);

/* The HTTP status where the error is not redirected. */
int oauth_error_status(enum oauth_error e);

#endif
