/*
 * device.h - the pages for a device without a browser (RFC 8628 section 3.3).
 */
#ifndef PAGE_DEVICE_H
#define PAGE_DEVICE_H

#include "page/page.h"

/*
 * Type the code that the device shows: field "user_code", and the hidden
 * "request" and "form_token".  user_code: what they typed, or absent.  fault:
 * PAGE_WRONG_USER_CODE, PAGE_TOO_MANY_ATTEMPTS, PAGE_FORM_EXPIRED, PAGE_NONE.
 */
void page_device_code(const struct page_view *v, const struct page_form *form,
		      int status, struct str user_code,
		      enum page_message fault);

/* What is known of the device that asks. */
struct page_device {
	struct str user_code;	/* as the device shows it */
	struct str address;	/* where it asked from, or absent */
	long long seconds;	/* how long ago; negative: not known */
};

/*
 * Who asks, from where, what for, and a warning (RFC 8628 section 5.4, remote
 * phishing).  Submits the hidden "request" and "form_token", and "decision":
 * "allow", "deny", or "switch" to sign in as someone else.
 */
void page_device_confirm(const struct page_view *v,
			 const struct page_form *form,
			 const struct page_client *client, struct str username,
			 const struct page_device *device,
			 const struct page_scope *scopes, size_t count);

/* The end: go back to the device. */
void page_device_done(const struct page_view *v, bool allowed);

/*
 * What a device with a screen can show (RFC 8628 section 3.3.1): the address
 * and the code, and a QR code of the address that has the code in it
 * (verification_uri_complete).
 */
void page_device_qr(const struct page_view *v, struct str verification_uri,
		    struct str user_code, struct str complete_uri);

#endif
