/*
 * authorization.h - an authorization request on its way through the browser:
 * what the authorization endpoint, sign-in and consent share.
 *
 * Between the pages the request travels in the form itself.  It is judged anew
 * at each step, and the form carries a token: HMAC, under the server's key, of
 * the request and this browser's cookie.  So a changed request, or one from
 * another browser, is refused, and nothing has to be stored.
 */
#ifndef ENDPOINT_AUTHORIZATION_H
#define ENDPOINT_AUTHORIZATION_H

#include "oauth/authorization_request.h"
#include "page/page.h"
#include "store/session.h"

struct authorization {
	struct authorization_request in;
	struct client client;
	struct prompt prompt;

	struct str issuer;
	bool secure;			/* the issuer is https */
	long long session_lifetime;	/* seconds */

	struct str redirect_uri;	/* absent until known to be good */
	struct str scope;		/* what would be granted */
	struct db_work first;
	const struct db_call *scopes;

	bool signed_in;
	struct session session;
	struct hash cookie_hash;	/* of the session, where signed in */
};

/*
 * Everything up to the person: the client, the redirect_uri, the rules, who is
 * signed in; one round trip.  False: the answer has been written, as a page or
 * as a redirect.
 */
bool authorization_open(struct exchange *x, const struct form *form,
			struct authorization *z);

/* Answer the client by a redirect with x's failure. */
void authorization_fail(struct exchange *x, const struct authorization *z);

/* Answer the client by a redirect with params (of form_add). */
void authorization_redirect(struct exchange *x, const struct authorization *z,
			    struct str params);

/* The sign-in page, and the cookie that it needs. */
void authorization_ask_sign_in(struct exchange *x,
			       const struct authorization *z, int status,
			       struct str username, enum page_message fault);

/* The consent page. */
void authorization_ask_consent(struct exchange *x,
			       const struct authorization *z);

/*
 * Did this browser get this form for this request?  purpose: "sign-in" or
 * "consent".
 */
bool authorization_form_is_ours(struct exchange *x,
				const struct authorization *z,
				struct str purpose, struct str request,
				struct str form_token);

/* Issue what response_type says, and redirect. */
void authorization_grant(struct exchange *x, const struct authorization *z,
			 bool consent_given);

/* The names of our cookies: __Host- where the issuer is https. */
struct str session_cookie_name(bool secure);

/* SHA-256 of the session cookie; false where there is none that could be. */
bool session_cookie_hash(const struct exchange *x, bool secure,
			 struct hash *out);

/* A page of x's failure, for the person. */
void authorization_error_page(struct exchange *x, enum page_message text);

#endif
