/*
 * sign_in.c - what the sign-in and consent pages submit to.
 */
#include "base/base64.h"
#include "endpoint/authorization.h"
#include "endpoint/endpoint.h"
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

/*
 * The form, and the authorization request in it: judged as if it came from the
 * client this moment.
 */
static bool open_page(struct exchange *x, struct page_request *in,
		      struct authorization *z)
{
	struct form form, request;

	if (params_read_body(x, &form) ||
	    params_bind(x, &form, page_params, in)) {
		refuse(x);
		return false;
	}
	if (!in->request.ptr ||
	    form_parse(x->arena, in->request, &request) != FORM_OK) {
		oauth_fail(x, OAUTH_INVALID_REQUEST,
			   "the form holds no authorization request");
		refuse(x);
		return false;
	}
	return authorization_open(x, &request, z);
}

/* Back to the authorization endpoint, which stands beside this one. */
static void resume(struct exchange *x, const struct authorization *z,
		   struct str here)
{
	struct str path = x->request->path;
	struct buf to;

	path.len -= here.len;
	buf_init(&to, x->arena);
	buf_add(&to, path);
	buf_add(&to, STR("authorize?"));
	buf_add(&to, authorization_request_text(x->arena, &z->in, true));
	reply_redirect(&x->reply, buf_str(&to));
}

/* A new session, and its cookie: 256 random bits, of which we keep the hash. */
static bool start_session(struct exchange *x, const struct authorization *z,
			  const struct attempt *attempt,
			  const struct candidate *who)
{
	struct credential cookie = credential_new();
	struct hash hash = credential_hash(&cookie), old;
	const bool has_old = session_cookie_hash(x, z->secure, &old);
	struct db_work w = { .count = 0 };
	struct db_call *call;

	call = session_create_ask(&w, x->arena, &hash, who->user_id,
				  has_old ? &old : NULL);
	sign_in_forgive_ask(&w, x->arena, attempt);
	if (oauth_db(x, DB_WRITE, &w)) {
		authorization_error_page(x, PAGE_TRY_LATER);
		return false;
	}
	if (db_rows(call) == 0) {
		oauth_reason(x, STR("the user was disabled meanwhile"));
		oauth_fail(x, OAUTH_ACCESS_DENIED, "");
		authorization_ask_sign_in(x, z, 403, attempt->username,
					  PAGE_WRONG_PASSWORD);
		return false;
	}
	reply_cookie(&x->reply, session_cookie_name(z->secure),
		     base64url_encode(x->arena, cookie.bytes,
				      sizeof(cookie.bytes)),
		     z->session_lifetime, z->secure);
	return true;
}

static void ask_again(struct exchange *x, const struct authorization *z,
		      const struct page_request *in, int status,
		      struct str reason, enum page_message fault)
{
	oauth_reason(x, reason);
	oauth_fail(x, OAUTH_ACCESS_DENIED, "");
	authorization_ask_sign_in(x, z, status, in->username, fault);
}

static void try_sign_in(struct exchange *x, const struct authorization *z,
			const struct page_request *in)
{
	struct attempt attempt;
	struct candidate who;

	switch (sign_in_try(x, in->username.ptr ? in->username : STR(""),
			    (struct secret){ in->password }, &attempt, &who)) {
	case SIGN_IN_OK:
		x->user = who.sub;
		if (start_session(x, z, &attempt, &who))
			resume(x, z, STR("sign-in"));
		return;
	case SIGN_IN_WRONG:
		ask_again(x, z, in, 403, STR("a wrong username or password"),
			  PAGE_WRONG_PASSWORD);
		return;
	case SIGN_IN_THROTTLED:
		ask_again(x, z, in, 429, STR("too many attempts"),
			  PAGE_TOO_MANY_ATTEMPTS);
		return;
	case SIGN_IN_NOT_ALLOWED:
	case SIGN_IN_FAILED:
		authorization_error_page(x, PAGE_TRY_LATER);
		return;
	}
}

void sign_in_endpoint(struct exchange *x)
{
	struct authorization z;
	struct page_request in;

	if (!open_page(x, &in, &z))
		return;
	if (!authorization_form_is_ours(x, &z, STR("sign-in"), in.request,
					in.form_token)) {
		ask_again(x, &z, &in, 403,
			  STR("the form is not of this browser"),
			  PAGE_FORM_EXPIRED);
		return;
	}
	try_sign_in(x, &z, &in);
}

static void end_session(struct exchange *x, const struct authorization *z)
{
	struct db_work w = { .count = 0 };

	session_end_ask(&w, x->arena, &z->cookie_hash);
	if (oauth_db(x, DB_WRITE, &w)) {
		authorization_error_page(x, PAGE_TRY_LATER);
		return;
	}
	reply_cookie(&x->reply, session_cookie_name(z->secure), STR(""), 0,
		     z->secure);
	resume(x, z, STR("consent"));
}

static void decide(struct exchange *x, const struct authorization *z,
		   struct str decision)
{
	if (str_eq(decision, STR("allow"))) {
		authorization_grant(x, z, true);
	} else if (str_eq(decision, STR("switch"))) {
		end_session(x, z);
	} else {
		oauth_fail(x, OAUTH_ACCESS_DENIED, "the person said no");
		authorization_fail(x, z);
	}
}

void consent_endpoint(struct exchange *x)
{
	struct authorization z;
	struct page_request in;

	if (!open_page(x, &in, &z))
		return;
	if (!z.signed_in) {
		authorization_ask_sign_in(x, &z, 200, STR_NONE, PAGE_NONE);
		return;
	}
	if (!authorization_form_is_ours(x, &z, STR("consent"), in.request,
					in.form_token)) {
		oauth_fail(x, OAUTH_INVALID_REQUEST,
			   "the form is not of this browser and request");
		authorization_error_page(x, PAGE_FORM_EXPIRED);
		return;
	}
	decide(x, &z, in.decision);
}
