/*
 * bearer.h - the guard of a protected resource (RFC 6750).
 */
#ifndef ENDPOINT_BEARER_H
#define ENDPOINT_BEARER_H

#include "oauth/exchange.h"
#include "oauth/scope.h"
#include "store/token.h"

/*
 * Who sends this request, and may they: one round trip.  *out is all absent
 * where need->optional let a request without a token through.  On failure the
 * challenge has been written.
 */
enum oauth_error bearer_require(struct exchange *x,
				const struct scope_need *need,
				struct bearer *out)
	__attribute__((warn_unused_result));

#endif
