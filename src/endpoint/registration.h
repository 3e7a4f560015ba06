/*
 * registration.h - what the parts of the registration endpoint share.
 */
#ifndef ENDPOINT_REGISTRATION_H
#define ENDPOINT_REGISTRATION_H

#include "base/json.h"
#include "oauth/exchange.h"
#include "store/registration.h"

/*
 * Ask others, where the metadata in body call for it: verify the software
 * statement (RFC 7591 section 2.3), which becomes in->statement, and hold the
 * redirect URIs against what is at the sector_identifier_uri (OpenID Connect
 * Dynamic Client Registration section 5).
 *
 * again: of a client that is registered; its statement may have expired since.
 * Where someone may not register at all nobody is asked, and nothing is said:
 * the database will refuse them.
 */
enum oauth_error registration_ask_outside(struct exchange *x,
					  const struct json *body, bool again,
					  struct registration *in)
	__attribute__((warn_unused_result));

#endif
