/*
 * device.h - the page where a person types a device's user code, as far as
 * others need it.
 */
#ifndef ENDPOINT_DEVICE_H
#define ENDPOINT_DEVICE_H

#include "endpoint/sign_in.h"
#include "http/form.h"

/* The address of the page; with the user code in it, or absent. */
struct str device_uri(struct arena *a, struct str issuer,
		      struct str user_code);

/*
 * Sign in, and on to the device page with this user_code.  False: the answer
 * has been written, as a page.
 */
bool device_sign_in(struct exchange *x, const struct form *request,
		    struct sign_in_page *out);

#endif
