/*
 * cookie.h - reading the Cookie header (RFC 6265 section 5.4).
 */
#ifndef HTTP_COOKIE_H
#define HTTP_COOKIE_H

#include "base/str.h"

/*
 * The value of the cookie called name in a Cookie header; absent where the
 * header is, where the name stands never, or where it stands twice: a sibling
 * domain can toss a second one in, and there is no telling which is ours.
 */
struct str cookie_get(struct str header, struct str name);

#endif
