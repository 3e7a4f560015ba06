/*
 * request_uri.h - the handle of a request that is kept (RFC 9126 section 2.2).
 */
#ifndef OAUTH_REQUEST_URI_H
#define OAUTH_REQUEST_URI_H

#include "crypto/credential.h"

/* "urn:ietf:params:oauth:request_uri:" and 256 random bits, in the arena. */
struct str request_uri_text(struct arena *a, const struct credential *c);

/* Is it one of ours? */
bool request_uri_parse(struct str text, struct credential *out);

#endif
