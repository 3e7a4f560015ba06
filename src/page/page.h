/*
 * page.h - the pages a person sees: sign-in, consent, error, notice; others are
 * in device.h, form_post.h and logout.h.
 *
 * Each is a whole HTML document that works without JavaScript.  Every value is
 * escaped by the one function that puts values in (template.h); a page's header
 * fields (Content-Security-Policy without inline script, no framing) are set in
 * one place, document.c.
 */
#ifndef PAGE_PAGE_H
#define PAGE_PAGE_H

#include "http/reply.h"
#include "page/message.h"

/* Where a page goes, and who reads it. */
struct page_view {
	struct reply *reply;	/* after reply_init() */
	struct arena *arena;
	struct str languages;	/* the value of Accept-Language, or absent */
	struct str ui_locales;	/* of the request, or absent; comes first */
};

/* What the forms of a page carry besides what the person types. */
struct page_form {
	struct str action;	/* path of the form's target, relative */
	struct str request;	/* the authorization request, a query string */
	struct str form_token;	/* ties the form to this browser */
	/*
	 * Content-Security-Policy form-action: where a submission may end up
	 * besides here, as url_origin() has it; absent: nowhere else.
	 */
	struct str origin;
};

struct page_client {
	struct str client_name;	/* client_id where the client has no name */
	/*
	 * Or absent.  Linked to only where http or https.  The logo is never
	 * shown: to fetch it would tell its host of the visit.
	 */
	struct str client_uri, logo_uri, policy_uri, tos_uri;
	struct str host;	/* where the person will be sent back to */
};

struct page_scope {
	struct str name, description;
};

/*
 * The sign-in page: fields "username" and "password", and the hidden "request"
 * and "form_token" of form.  fault: why the last attempt failed, or PAGE_NONE.
 * username: what they typed, or absent.
 */
void page_sign_in(const struct page_view *v, int status,
		  const struct page_form *form,
		  const struct page_client *client,
		  struct str username, enum page_message fault);

/*
 * The consent page: who asks, as whom the person is signed in, and what for.
 * Submits the hidden "request" and "form_token", and "decision": "allow",
 * "deny", or "switch" to sign in as someone else.  count may be 0.
 */
void page_consent(const struct page_view *v, const struct page_form *form,
		  const struct page_client *client, struct str username,
		  const struct page_scope *scopes, size_t count);

/*
 * An error page.  title and explanation are for the person; code and detail
 * (the registered error and its description; no code: neither is shown) for
 * who builds the application.
 */
void page_error(const struct page_view *v, int status,
		enum page_message title, enum page_message explanation,
		struct str code, struct str detail);

/* A page that says one thing ("You are signed out."), with 200. */
void page_notice(const struct page_view *v, enum page_message title,
		 enum page_message explanation);

#endif
