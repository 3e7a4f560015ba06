/*
 * page.h - the pages a person sees: sign-in, consent, error.
 *
 * Each is a whole HTML document that works without JavaScript.  Every value is
 * escaped by the one function that puts values in; a page's header fields
 * (Content-Security-Policy without inline script, no framing, no referrer, no
 * store) are set by page_begin() and nowhere else.
 */
#ifndef PAGE_PAGE_H
#define PAGE_PAGE_H

#include "http/reply.h"

/* What the forms of a page carry besides what the person types. */
struct page_form {
	struct str action;	/* path of the form's target, relative */
	struct str request;	/* the authorization request, as a query string */
	struct str form_token;	/* ties the form to this browser */
	/* Content-Security-Policy form-action: where a submission may end up
	 * besides here, as url_origin() has it; absent: nowhere else. */
	struct str origin;
};

struct page_client {
	struct str client_name;	/* client_id where the client has no name */
	struct str client_uri, logo_uri, policy_uri, tos_uri;	/* or absent */
	struct str host;	/* where the person will be sent back to */
};

struct page_scope {
	struct str name, description;
};

/*
 * The sign-in page.  fault: why the last attempt failed, in words for a
 * person, or absent.  username: what they typed, or absent.
 */
void page_sign_in(struct reply *r, struct arena *a, int status,
		  const struct page_form *form,
		  const struct page_client *client,
		  struct str username, struct str fault);

/* The consent page: who asks, as whom the person is signed in, and what for. */
void page_consent(struct reply *r, struct arena *a,
		  const struct page_form *form,
		  const struct page_client *client, struct str username,
		  const struct page_scope *scopes, size_t count);

/*
 * An error page.  title and text are for the person; code and detail (the
 * registered error and its description; absent: none) for who builds the
 * application.
 */
void page_error(struct reply *r, struct arena *a, int status,
		struct str title, struct str text,
		struct str code, struct str detail);

/* A page that says one thing ("You are signed out."). */
void page_notice(struct reply *r, struct arena *a, struct str title,
		 struct str text);

#endif
