/*
 * logout.h - the pages of signing out (OpenID Connect RP-Initiated Logout 1.0,
 * Front-Channel Logout 1.0).
 */
#ifndef PAGE_LOGOUT_H
#define PAGE_LOGOUT_H

#include "page/page.h"

/*
 * "Do you want to sign out?"  (RP-Initiated Logout section 2: who asks may be
 * an attacker.)  username: as whom the person is signed in, or absent where
 * that is not known; client_name: the application that asks, or absent.
 * Submits the hidden "request" and "form_token", and "decision": "sign-out" or
 * "stay".
 */
void page_logout_confirm(const struct page_view *v,
			 const struct page_form *form, struct str username,
			 struct str client_name);

/*
 * "You are signed out."  iframes: the front-channel logout URIs, each loaded
 * in a frame that is not seen; what is not http or https is left out.
 * return_to: the post_logout_redirect_uri, with its state, or absent; the page
 * goes on there by itself, at once or after the frames had their time, and has
 * a link.  There is neither where it is no address to send a person to
 * ("javascript:").  client_name: whose that is, or absent.
 */
void page_logged_out(const struct page_view *v,
		     const struct str *iframes, size_t count,
		     struct str return_to, struct str client_name);

#endif
