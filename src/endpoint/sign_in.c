/*
 * sign_in.c - what the sign-in and consent pages submit to.
 */
#include "endpoint/sign_in.h"

#include "base/base64.h"
#include "endpoint/authorization.h"
#include "endpoint/device.h"
#include "endpoint/endpoint.h"
#include "endpoint/form_token.h"
#include "endpoint/view.h"
#include "oauth/params.h"
#include "oauth/sign_in.h"

/* The forms' own parameters. */
struct page_request {
	struct str request, form_token;
	struct str username, password;	/* of the sign-in page */
	struct str decision;		/* of the consent page */
};

#define P(member) PARAM(struct page_request, member, PARAM_OPTIONAL)
static const struct param page_params[] = {
	P(request), P(form_token), P(username), P(password), P(decision),
	PARAM_END
};
#undef P

static void refuse(struct exchange *x)
{
	authorization_error_page(x, PAGE_BAD_REQUEST);
}

/* The form, and the request that it carries. */
static bool read_page(struct exchange *x, struct page_request *in,
		      struct form *request)
{
	struct form form;

	if (params_read_body(x, &form) ||
	    params_bind(x, &form, page_params, in)) {
		refuse(x);
		return false;
	}
	if (in->request.ptr &&
	    form_parse(x->arena, in->request, request) == FORM_OK)
		return true;
	oauth_fail(x, OAUTH_INVALID_REQUEST,
		   "the form holds no authorization request");
	refuse(x);
	return false;
}

/* What comes after is judged as if it came this moment. */
static bool open_sign_in(struct exchange *x, struct page_request *in,
			 struct sign_in_page *out)
{
	struct authorization z;
	struct form request;

	if (!read_page(x, in, &request))
		return false;
	if (form_get(&request, STR("user_code")).ptr)
		return device_sign_in(x, &request, out);
	if (!authorization_open(x, &request, &z))
		return false;
	*out = authorization_sign_in(x, &z);
	return true;
}

void sign_in_ask(struct exchange *x, const struct sign_in_page *p, int status,
		 struct str username, enum page_message fault)
{
	struct page_view v = view_of(x);
	struct page_form form = {
		.action = STR("sign-in"),
		.request = p->request,
		.form_token = form_token(x, STR("sign-in"),
					 form_cookie_give(x, p->secure),
					 p->request),
		.origin = p->origin,
	};

	page_sign_in(&v, status, &form, &p->client, username, fault);
}

void sign_in_go_on(struct exchange *x, struct str here, struct str path,
		   struct str query)
{
	struct str from = x->request->path;
	struct buf to;

	from.len -= here.len;
	buf_init(&to, x->arena);
	buf_add(&to, from);
	buf_add(&to, path);
	if (query.ptr) {
		buf_char(&to, '?');
		buf_add(&to, query);
	}
	reply_redirect(&x->reply, buf_str(&to));
}

/* A new session, and its cookie: 256 random bits, of which we keep the hash. */
static bool start_session(struct exchange *x, const struct sign_in_page *p,
			  const struct attempt *attempt,
			  const struct candidate *who)
{
	struct credential cookie = credential_new();
	struct hash hash = credential_hash(&cookie), old;
	const bool has_old = session_cookie_hash(x, p->secure, &old);
	struct db_work w = { .count = 0 };
	struct db_call *call;

	call = session_create_ask(&w, x->arena, &hash, who,
				  has_old ? &old : NULL);
	sign_in_forgive_ask(&w, x->arena, attempt);
	if (oauth_db(x, DB_WRITE, &w)) {
		authorization_error_page(x, PAGE_TRY_LATER);
		return false;
	}
	x->poke = has_old;	/* it is over: clients are to hear of it */
	if (db_rows(call) == 0) {
		oauth_reason(x, STR("the password was changed or the user "
				    "disabled meanwhile"));
		oauth_fail(x, OAUTH_ACCESS_DENIED, "");
		sign_in_ask(x, p, 403, attempt->username,
			    PAGE_WRONG_PASSWORD);
		return false;
	}
	reply_cookie(&x->reply, session_cookie_name(p->secure),
		     base64url_encode(x->arena, cookie.bytes,
				      sizeof(cookie.bytes)),
		     p->session_lifetime, p->secure);
	return true;
}

static void ask_again(struct exchange *x, const struct sign_in_page *p,
		      const struct page_request *in, int status,
		      struct str reason, enum page_message fault)
{
	oauth_reason(x, reason);
	oauth_fail(x, OAUTH_ACCESS_DENIED, "");
	sign_in_ask(x, p, status, in->username, fault);
}

static void try_sign_in(struct exchange *x, const struct sign_in_page *p,
			const struct page_request *in)
{
	struct attempt attempt;
	struct candidate who;

	switch (sign_in_try(x, in->username.ptr ? in->username : STR(""),
			    (struct secret){ in->password }, &attempt, &who)) {
	case SIGN_IN_OK:
		x->user = who.sub;
		if (start_session(x, p, &attempt, &who))
			sign_in_go_on(x, STR("sign-in"), p->path, p->request);
		return;
	case SIGN_IN_WRONG:
		ask_again(x, p, in, 403, STR("a wrong username or password"),
			  PAGE_WRONG_PASSWORD);
		return;
	case SIGN_IN_THROTTLED:
		ask_again(x, p, in, 429, STR("too many attempts"),
			  PAGE_TOO_MANY_ATTEMPTS);
		return;
	case SIGN_IN_NOT_ALLOWED:
	case SIGN_IN_FAILED:
		authorization_error_page(x, PAGE_TRY_LATER);
		return;
	}
}

enum page_message sign_in_form_fault(struct exchange *x,
				     const struct sign_in_page *p)
{
	return form_cookie(x, p->secure).ptr ? PAGE_FORM_EXPIRED
					     : PAGE_NO_COOKIE;
}

void sign_in_endpoint(struct exchange *x)
{
	struct sign_in_page p;
	struct page_request in;

	if (!open_sign_in(x, &in, &p))
		return;
	if (!form_token_fits(x, STR("sign-in"), form_cookie(x, p.secure),
			     in.request, in.form_token)) {
		ask_again(x, &p, &in, 403,
			  STR("the form is not of this browser"),
			  sign_in_form_fault(x, &p));
		return;
	}
	try_sign_in(x, &p, &in);
}

/* Somebody else is to decide: back to where they sign in. */
static void switch_user(struct exchange *x, const struct authorization *z)
{
	const struct visitor v = {
		.secure = z->secure, .cookie_hash = z->cookie_hash,
	};
	struct authorization anew = *z;

	/* Whom it names is who they are not. */
	anew.in.login_hint = STR_NONE;
	if (visitor_sign_out(x, &v))
		sign_in_go_on(x, STR("consent"), STR("authorize"),
			      authorization_text(x, &anew, true));
	else
		authorization_error_page(x, PAGE_TRY_LATER);
}

static void decide(struct exchange *x, const struct authorization *z,
		   struct str decision)
{
	if (str_eq(decision, STR("allow"))) {
		authorization_grant(x, z, true);
	} else if (str_eq(decision, STR("switch"))) {
		switch_user(x, z);
	} else {
		oauth_fail(x, OAUTH_ACCESS_DENIED, "the person said no");
		authorization_fail(x, z);
	}
}

void consent_endpoint(struct exchange *x)
{
	struct authorization z;
	struct page_request in;
	struct form request;

	if (!read_page(x, &in, &request) ||
	    !authorization_open(x, &request, &z))
		return;
	if (!z.signed_in) {
		authorization_ask_sign_in(x, &z, 200, STR_NONE, PAGE_NONE);
		return;
	}
	if (!authorization_form_is_ours(x, &z, in.request, in.form_token)) {
		oauth_fail(x, OAUTH_INVALID_REQUEST,
			   "the form is not of this browser and request");
		authorization_error_page(x, PAGE_FORM_EXPIRED);
		return;
	}
	decide(x, &z, in.decision);
}
