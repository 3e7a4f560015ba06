/* authorize.c - the authorization endpoint (RFC 6749 section 3.1). */
#include "endpoint/authorization.h"
#include "endpoint/create_account.h"
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
	buf_add(&to, authorization_text(x, z, false));
	if (to.len > LOCATION_MAX)
		return false;
	reply_redirect(&x->reply, buf_str(&to));
	return true;
}

static bool has_consented(const struct authorization *z)
{
	return z->session.consented.ptr &&
	       scope_covers(z->session.consented, z->consent_scope);
}

/* Is whoever is signed in somebody else than the client has in mind? */
static bool is_another(const struct authorization *z)
{
	return (z->hinted_sub.ptr &&
		!str_eq(z->hinted_sub, z->session.subject)) ||
	       claims_unmet(&z->rules.claims, STR("sub"), z->session.subject,
			    false);
}

static bool must_sign_in(const struct authorization *z)
{
	const struct authorization_rules *rules = &z->rules;
	/* What a kept request asks for can not be taken from it once it is
	 * done, as it can from a form. */
	const bool done = z->request_uri.ptr &&
			  z->session.auth_time_us >= z->kept.started_at_us;

	if (!z->signed_in || is_another(z))
		return true;
	return !done && (rules->prompt.login ||
			 (rules->max_age >= 0 &&
			  z->session.age > rules->max_age));
}

/* Everybody is who they should be: what is left is whether they agree. */
static void ask_or_grant(struct exchange *x, const struct authorization *z)
{
	const bool consent = !has_consented(z) || z->rules.prompt.consent;

	/* OpenID Connect Core section 5.5.1.1: "If [...] it is an Essential
	 * Claim and the requirement cannot be met, then [...] treat that
	 * outcome as a failed authentication attempt." */
	if (claims_unmet(&z->rules.claims, STR("acr"), z->session.acr, true)) {
		oauth_fail(x, OAUTH_UNMET_AUTHENTICATION_REQUIREMENTS,
			   "this server can not authenticate people like that");
		authorization_fail(x, z);
	} else if (consent && z->rules.prompt.none) {
		oauth_fail(x, OAUTH_CONSENT_REQUIRED,
			   "the person has not consented yet");
		authorization_fail(x, z);
	} else if (consent) {
		authorization_ask_consent(x, z);
	} else {
		authorization_grant(x, z, false);
	}
}

/* OpenID Connect Core section 3.1.2.6. */
static void refuse_silent(struct exchange *x, const struct authorization *z)
{
	if (z->signed_in)
		oauth_fail(x, OAUTH_LOGIN_REQUIRED,
			   "the person has to sign in again, or as another");
	else
		oauth_fail(x, OAUTH_LOGIN_REQUIRED, "nobody is signed in");
	authorization_fail(x, z);
}

static void serve(struct exchange *x, const struct authorization *z)
{
	if (turn_into_get(x, z))
		return;
	if (!must_sign_in(z)) {
		ask_or_grant(x, z);
	} else if (z->rules.prompt.none) {
		refuse_silent(x, z);
	} else if (z->rules.prompt.create && z->account_creation) {
		create_account_ask(x, z);
	} else {
		/* Or who has just signed in would not know why again. */
		authorization_ask_sign_in(x, z, 200, z->in.login_hint,
					  z->signed_in && is_another(z)
						  ? PAGE_OTHER_ACCOUNT
						  : PAGE_NONE);
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
