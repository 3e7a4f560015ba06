/*
 * form_token.h - a form is the browser's that it was sent to.
 *
 * Each form carries what it is about (the request) and a token: HMAC, under
 * the server's key, of its purpose, the request and a cookie of this browser.
 * So a changed request, or a form from another browser, is refused (RFC 9700
 * section 4.7), and nothing has to be stored.
 */
#ifndef ENDPOINT_FORM_TOKEN_H
#define ENDPOINT_FORM_TOKEN_H

#include "oauth/exchange.h"

/* browser: the value of the cookie that the form is tied to. */
struct str form_token(struct exchange *x, struct str purpose,
		      struct str browser, struct str request);

/* False also where the browser has no such cookie. */
bool form_token_fits(struct exchange *x, struct str purpose,
		     struct str browser, struct str request,
		     struct str given);

/*
 * A cookie of the browser's own, before anybody has signed in: the value, or
 * absent; and a new one, set by the answer, where there is none.
 */
struct str form_cookie(struct exchange *x, bool secure);
struct str form_cookie_give(struct exchange *x, bool secure);

#endif
