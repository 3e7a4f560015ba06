/*
 * request_object.h - signed authorization requests (RFC 9101; OpenID Connect
 * Core section 6).
 */
#ifndef OAUTH_REQUEST_OBJECT_H
#define OAUTH_REQUEST_OBJECT_H

#include "oauth/exchange.h"
#include "store/client.h"

/*
 * Verify it with the client's key, and give its parameters, form-urlencoded, in
 * the arena.  Otherwise invalid_request_object, or that there is no database.
 */
enum oauth_error request_object_read(struct exchange *x,
				     const struct client *client,
				     struct str text, struct str *parameters)
	__attribute__((warn_unused_result));

/*
 * Fetch the one that a request_uri leads to (RFC 9101 section 5.2), which the
 * client must have registered.  Otherwise invalid_request_uri.
 */
enum oauth_error request_object_fetch(struct exchange *x,
				      const struct client *client,
				      struct str request_uri, struct str *text)
	__attribute__((warn_unused_result));

#endif
