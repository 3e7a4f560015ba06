/*
 * reply.h - what goes back: a status, header fields, a body.
 */
#ifndef HTTP_REPLY_H
#define HTTP_REPLY_H

#include "base/buf.h"

struct reply {
	int status;
	struct buf headers;	/* "Name: value\r\n" each */
	struct buf body;
};

/* Empty, 200, and with the header fields that every answer has. */
void reply_init(struct reply *r, struct arena *a);

/*
 * Set a header field, in the place of one of that name, but for Set-Cookie: of
 * these each is added.  value holds no control characters: an assertion, for
 * whatever can come from outside was checked long before.
 */
void reply_header(struct reply *r, struct str name, struct str value);

/* Content-Type and, for the body, "Cache-Control: no-store" (RFC 6749 5.1). */
void reply_json(struct reply *r, int status);

/* 303 See Other (RFC 9700 section 4.12: never 307), not to be stored. */
void reply_redirect(struct reply *r, struct str location);

/* A cookie for the whole site: HttpOnly, SameSite=Lax, and Secure where the
 * issuer is https.  max_age in seconds; 0 ends it; negative: a session's. */
void reply_cookie(struct reply *r, struct str name, struct str value,
		  long long max_age, bool secure);

/* "Not Found", ...; the words of RFC 9110 section 15. */
struct str reply_reason(int status);

/* The whole answer as CGI has it (RFC 3875 section 6): Status, header fields,
 * an empty line, the body (left out for HEAD). */
struct str reply_text(struct reply *r, struct arena *a, bool head);

#endif
