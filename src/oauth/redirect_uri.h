/*
 * redirect_uri.h - where a browser may be sent (RFC 6749 section 3.1.2).
 */
#ifndef OAUTH_REDIRECT_URI_H
#define OAUTH_REDIRECT_URI_H

#include "base/str.h"

/*
 * Is asked one of the registered ones (words)?  Byte for byte (RFC 9700
 * section 2.1), but that any port of the loopback interface is as good as any
 * other (RFC 8252 section 7.3), of 127.0.0.0/8 and [::1]; and of localhost,
 * for the many native applications that use the name.
 */
bool redirect_uri_matches(struct str asked, struct str registered);

/*
 * The one to use: asked, or the only registered one where none was asked for.
 * Absent where that is none or not registered.
 */
struct str redirect_uri_choose(struct str asked, struct str registered);

/* Why that was absent, for who builds the client. */
struct str redirect_uri_why(struct str asked, struct str registered);

#endif
