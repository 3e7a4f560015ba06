/*
 * sign_in.h - the sign-in page, and what comes after it.
 *
 * The form carries, as a query string, what the person was about to do when
 * they were asked who they are: an authorization request, or a device's user
 * code.  Once they have signed in they go on there.
 */
#ifndef ENDPOINT_SIGN_IN_H
#define ENDPOINT_SIGN_IN_H

#include "oauth/exchange.h"
#include "page/page.h"

struct sign_in_page {
	struct str path;	/* where they go on: "authorize" or "device" */
	struct str request;	/* its query string */
	struct page_client client;	/* who asks them to sign in */
	struct str origin;	/* as in struct page_form */
	bool secure;			/* the issuer is https */
	long long session_lifetime;	/* seconds */
};

/* The page, and the cookie that it needs. */
void sign_in_ask(struct exchange *x, const struct sign_in_page *p, int status,
		 struct str username, enum page_message fault);

/*
 * What is wrong with a form that did not fit: a browser that keeps no cookies
 * would be told that it has expired each time.
 */
enum page_message sign_in_form_fault(struct exchange *x,
				     const struct sign_in_page *p);

/*
 * To another endpoint beside this one.  here: the last part of this one's path;
 * query: or absent.
 */
void sign_in_go_on(struct exchange *x, struct str here, struct str path,
		   struct str query);

#endif
