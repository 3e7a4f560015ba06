/*
 * client_auth.h - client authentication (RFC 6749 section 2.3, OpenID Connect
 * Core section 9).
 */
#ifndef OAUTH_CLIENT_AUTH_H
#define OAUTH_CLIENT_AUTH_H

#include "crypto/secret.h"
#include "oauth/client_assertion.h"
#include "oauth/exchange.h"
#include "store/client.h"

/* What the request says of who the client is, and how it proves it. */
struct client_credentials {
	struct str method;	/* token_endpoint_auth_method of RFC 7591 */
	struct str client_id;
	struct secret client_secret;
	const struct assertion *assertion;	/* of the *_jwt methods */
};

/*
 * Take them from the request.  One method a request (RFC 6749 section 2.3:
 * "The client MUST NOT use more than one authentication method in each
 * request").
 */
enum oauth_error client_auth_read(struct exchange *x, const struct form *form,
				  struct client_credentials *out)
	__attribute__((warn_unused_result));

/*
 * Are they this client's?  load is the answered client_load_ask().  To the
 * client every failure looks the same; the log has the reason.
 */
enum oauth_error client_auth_verify(struct exchange *x,
				    const struct client_credentials *c,
				    const struct db_call *load,
				    struct client *out)
	__attribute__((warn_unused_result));

/* The methods there are, and the algorithms that assertions may be signed
 * with, as words: for the metadata document. */
struct str client_auth_methods(bool with_none);
struct str client_auth_signing_algs(void);

#endif
