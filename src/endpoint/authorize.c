/* authorize.c - the authorization endpoint (RFC 6749 section 3.1). */
#include "endpoint/authorization.h"
#include "endpoint/endpoint.h"
#include "oauth/params.h"
#include "oauth/scope.h"

/* A Location that every web server in front lets through. */
#define LOCATION_MAX 3500

/*
 * A POST from another site comes without our SameSite cookies, a GET that it
 * leads to has them.
 */
static bool turn_into_get(struct exchange *x, const struct authorization *z)
{
	struct buf to;

	if (z->signed_in || !str_eq(x->request->method, STR("POST")))
		return false;
	buf_init(&to, x->arena);
	buf_add(&to, x->request->path);
	buf_char(&to, '?');
	buf_add(&to, authorization_request_text(x->arena, &z->in, false));
	if (to.len > LOCATION_MAX)
		return false;
	reply_redirect(&x->reply, buf_str(&to));
	return true;
}

static bool has_consented(const struct authorization *z)
{
	return z->session.consented.ptr &&
	       scope_covers(z->session.consented, z->scope);
}

static void serve(struct exchange *x, const struct authorization *z)
{
	const bool sign_in = !z->signed_in || z->prompt.login;
	const bool consent = !has_consented(z) || z->prompt.consent;

	if (turn_into_get(x, z))
		return;
	if (sign_in && z->prompt.none) {
		oauth_fail(x, OAUTH_LOGIN_REQUIRED, "nobody is signed in");
		authorization_fail(x, z);
	} else if (sign_in) {
		authorization_ask_sign_in(x, z, 200, STR_NONE, PAGE_NONE);
	} else if (consent && z->prompt.none) {
		oauth_fail(x, OAUTH_CONSENT_REQUIRED,
			   "the person has not consented yet");
		authorization_fail(x, z);
	} else if (consent) {
		authorization_ask_consent(x, z);
	} else {
		authorization_grant(x, z, false);
	}
}

void authorize_endpoint(struct exchange *x)
{
	struct authorization z;
	struct form form;

	if (params_read_browser(x, &form)) {
		authorization_error_page(x, PAGE_BAD_REQUEST);
		return;
	}
	if (authorization_open(x, &form, &z))
		serve(x, &z);
}
