/*
 * registration.h - what the parts of the registration endpoint share.
 */
#ifndef ENDPOINT_REGISTRATION_H
#define ENDPOINT_REGISTRATION_H

#include "base/json.h"
#include "oauth/exchange.h"
#include "store/registration.h"

/* What is known of a client that is registered. */
struct known {
	struct str software_statement;	/* absent: registered without one */
};

/*
 * Ask others, where the metadata in body call for it: verify the software
 * statement (RFC 7591 section 2.3), which becomes in->statement, and hold the
 * redirect URIs against what is at the sector_identifier_uri (OpenID Connect
 * Dynamic Client Registration section 5).
 *
 * known: of a client that is registered, else NULL.  The statement that it came
 * with may have expired since; another may not.
 *
 * Where someone may not register at all nobody is asked, and nothing is said:
 * the database will refuse them.
 */
enum oauth_error registration_ask_outside(struct exchange *x,
					  const struct json *body,
					  const struct known *known,
					  struct registration *in)
	__attribute__((warn_unused_result));

#endif
