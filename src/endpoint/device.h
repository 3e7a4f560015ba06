/*
 * device.h - the page where a person types a device's user code, as far as
 * the sign-in page needs it.
 */
#ifndef ENDPOINT_DEVICE_H
#define ENDPOINT_DEVICE_H

#include "endpoint/sign_in.h"
#include "http/form.h"

/*
 * Sign in, and on to the device page with this user_code.  False: the answer
 * has been written, as a page.
 */
bool device_sign_in(struct exchange *x, const struct form *request,
		    struct sign_in_page *out);

#endif
