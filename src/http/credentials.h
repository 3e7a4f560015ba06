/*
 * credentials.h - the value of an Authorization field, taken apart (RFC 9110
 * section 11.4).
 */
#ifndef HTTP_CREDENTIALS_H
#define HTTP_CREDENTIALS_H

#include "base/str.h"

/*
 * The scheme, whose case says nothing; *rest becomes what follows it and the
 * spaces after it.  Without a space all of it is the scheme, and *rest becomes
 * absent.
 */
struct str credentials_scheme(struct str *rest);

#endif
