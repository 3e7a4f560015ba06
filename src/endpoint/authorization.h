/*
 * authorization.h - an authorization request on its way through the browser:
 * what the authorization endpoint, sign-in and consent share.
 *
 * Between the pages the request travels in the form itself (form_token.h), and
 * is judged anew at each step.
 */
#ifndef ENDPOINT_AUTHORIZATION_H
#define ENDPOINT_AUTHORIZATION_H

#include "endpoint/sign_in.h"
#include "endpoint/visitor.h"
#include "oauth/authorization_request.h"

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

/* The sign-in page, after which the request goes on. */
void authorization_ask_sign_in(struct exchange *x,
			       const struct authorization *z, int status,
			       struct str username, enum page_message fault);
struct sign_in_page authorization_sign_in(struct exchange *x,
					  const struct authorization *z);

/* The consent page. */
void authorization_ask_consent(struct exchange *x,
			       const struct authorization *z);

/* Did this browser get this consent form for this request? */
bool authorization_form_is_ours(struct exchange *x,
				const struct authorization *z,
				struct str request, struct str given);

/* Issue what response_type says, and redirect. */
void authorization_grant(struct exchange *x, const struct authorization *z,
			 bool consent_given);

/* A page of x's failure, for the person. */
void authorization_error_page(struct exchange *x, enum page_message text);

#endif
