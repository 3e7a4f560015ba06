/*
 * device.c - the page where a person types a device's user code (RFC 8628
 * section 3.3), sees who asks, and says yes or no.
 *
 * A code is looked up for somebody who is signed in, and for nobody else: what
 * is typed before goes through the sign-in page unseen.
 */
#include "endpoint/device.h"

#include "endpoint/authorization.h"
#include "endpoint/endpoint.h"
#include "endpoint/form_token.h"
#include "endpoint/view.h"
#include "http/cookie.h"
#include "http/url.h"
#include "oauth/params.h"
#include "oauth/sign_in.h"
#include "oauth/user_code.h"
#include "page/device.h"
#include "store/device.h"
#include "store/scope.h"

struct page_request {
	struct str user_code;			/* typed, or of the address */
	struct str request, form_token;		/* of the second page */
	struct str decision;
};

#define P(member) PARAM(struct page_request, member, PARAM_OPTIONAL)
static const struct param page_params[] = {
	P(user_code), P(request), P(form_token), P(decision),
	PARAM_END
};
#undef P

struct str device_uri(struct arena *a, struct str issuer,
		      struct str user_code)
{
	struct buf b;

	buf_init(&b, a);
	buf_add(&b, issuer);
	buf_add(&b, STR("/oauth/device"));
	if (user_code.ptr)
		buf_addf(&b, "?user_code=%.*s", STR_ARG(user_code));
	return buf_str(&b);
}

/* The first page.  Its form needs no token: all that it does is ask. */
static void ask_code(struct exchange *x, int status, struct str typed,
		     enum page_message fault)
{
	struct page_view v = view_of(x);
	const struct page_form form = { .action = STR("device") };

	page_device_code(&v, &form, status, typed, fault);
}

static bool find_visitor(struct exchange *x, struct visitor *out)
{
	struct db_work w = { .count = 0 };
	struct visitor_lookup lookup;

	visitor_ask(x, &w, STR_NONE, &lookup);
	if (oauth_db(x, DB_READ, &w)) {
		authorization_error_page(x, PAGE_TRY_LATER);
		return false;
	}
	visitor_read(&lookup, out);
	if (out->signed_in)
		x->user = out->session.sub;
	return true;
}

/* What the forms of this page carry: the user code as a query string. */
static struct str request_text(struct exchange *x, struct str user_code)
{
	struct buf b;

	buf_init(&b, x->arena);
	form_add(&b, STR("user_code"), user_code);
	return buf_str(&b);
}

/*
 * Which application asks is not looked up for somebody who is not signed in:
 * it is this server that asks who they are.
 */
static struct sign_in_page sign_in_page(struct exchange *x,
					const struct visitor *v,
					struct str user_code)
{
	struct sign_in_page p = {
		.path = STR("device"),
		.request = request_text(x, user_code),
		.client = { .client_name = v->issuer },
		.secure = v->secure,
		.session_lifetime = v->session_lifetime,
	};
	struct url u;

	if (url_parse(v->issuer, &u))
		p.client.client_name = u.host;
	return p;
}

bool device_sign_in(struct exchange *x, const struct form *request,
		    struct sign_in_page *out)
{
	struct str user_code = user_code_read(
		x->arena, form_get(request, STR("user_code")));
	struct visitor v;

	if (!user_code.ptr) {
		oauth_fail(x, OAUTH_INVALID_REQUEST,
			   "the form holds no user code");
		authorization_error_page(x, PAGE_BAD_REQUEST);
		return false;
	}
	if (!find_visitor(x, &v))
		return false;
	*out = sign_in_page(x, &v, user_code);
	return true;
}

static void ask_sign_in(struct exchange *x, const struct visitor *v,
			struct str user_code)
{
	struct sign_in_page p = sign_in_page(x, v, user_code);

	sign_in_ask(x, &p, 200, STR_NONE, PAGE_NONE);
}

/* Wrong, expired, decided: of a code that is not to be had, no more is said. */
static void ask_again(struct exchange *x, int status, struct str typed,
		      struct str reason, enum page_message fault)
{
	oauth_reason(x, reason);
	oauth_fail(x, OAUTH_INVALID_GRANT, "");
	ask_code(x, status, typed, fault);
}

/* RFC 8628 section 5.4: who asks, from where, and the code to compare. */
static void ask_decision(struct exchange *x, const struct visitor *who,
			 struct str user_code,
			 const struct device_question *q)
{
	struct page_view v = view_of(x);
	struct str request = request_text(x, user_code);
	struct str cookie = cookie_get(x->request->cookie,
				       session_cookie_name(who->secure));
	const struct page_form form = {
		.action = STR("device"),
		.request = request,
		.form_token = form_token(x, STR("device"), cookie, request),
	};
	const struct page_client client = {
		.client_name = q->client_name.len > 0 ? q->client_name
						      : q->client_id,
		.client_uri = q->client_uri,
		.logo_uri = q->logo_uri,
		.policy_uri = q->policy_uri,
		.tos_uri = q->tos_uri,
	};
	const struct page_device device = {
		.user_code = user_code,
		.address = q->asked_from,
		.seconds = q->age,
	};
	struct db_work w = { .count = 0 };
	const struct db_call *call = scope_load_ask(&w, x->arena, q->scope);
	struct page_scope *scopes;
	size_t n;

	if (oauth_db(x, DB_READ, &w)) {
		authorization_error_page(x, PAGE_TRY_LATER);
		return;
	}
	n = authorization_scopes(x, call, q->scope, &scopes);
	page_device_confirm(&v, &form, &client, who->session.username,
			    &device, scopes, n);
}

static void look_up(struct exchange *x, const struct visitor *who,
		    struct str user_code)
{
	const struct device_typed typed = {
		.user_code = user_code_hash(x->key, user_code),
		.person = hash_sha256(who->session.sub),
		.address = sign_in_address(x),
	};
	struct db_work w = { .count = 0 };
	const struct db_call *call = device_show_ask(&w, x->arena, &typed);
	struct device_question q;

	if (oauth_db(x, DB_WRITE, &w)) {
		authorization_error_page(x, PAGE_TRY_LATER);
		return;
	}
	device_show_read(call, &q);
	if (!q.allowed) {
		ask_again(x, 429, user_code, STR("too many wrong user codes"),
			  PAGE_TOO_MANY_ATTEMPTS);
	} else if (!q.client_id.ptr) {
		ask_again(x, 403, user_code, STR("nobody waits with the user "
						 "code"),
			  PAGE_WRONG_USER_CODE);
	} else {
		x->client_id = q.client_id;
		ask_decision(x, who, user_code, &q);
	}
}

static void show(struct exchange *x, struct str typed)
{
	struct str user_code = user_code_read(x->arena, typed);
	struct visitor v;

	if (!user_code.ptr) {
		ask_again(x, 403, typed, STR("not a user code"),
			  PAGE_WRONG_USER_CODE);
		return;
	}
	if (!find_visitor(x, &v))
		return;
	if (v.signed_in)
		look_up(x, &v, user_code);
	else
		ask_sign_in(x, &v, user_code);
}

static void say(struct exchange *x, const struct visitor *who,
		struct str user_code, bool yes)
{
	struct hash hash = user_code_hash(x->key, user_code);
	struct db_work w = { .count = 0 };
	const struct db_call *call = device_decide_ask(&w, x->arena, &hash,
						       &who->cookie_hash, yes);
	struct page_view v = view_of(x);
	struct device_decision d;

	if (oauth_db(x, DB_WRITE, &w)) {
		authorization_error_page(x, PAGE_TRY_LATER);
		return;
	}
	device_decide_read(call, &d);
	if (!d.signed_in) {
		ask_sign_in(x, who, user_code);
	} else if (!d.heard) {
		ask_again(x, 403, STR_NONE, STR("nobody waits with the user "
						"code any more"),
			  PAGE_WRONG_USER_CODE);
	} else {
		oauth_reason(x, yes ? STR("the person said yes")
				    : STR("the person said no"));
		page_device_done(&v, yes);
	}
}

static void switch_user(struct exchange *x, const struct visitor *who,
			struct str user_code)
{
	if (visitor_sign_out(x, who))
		sign_in_go_on(x, STR("device"), STR("device"),
			      request_text(x, user_code));
	else
		authorization_error_page(x, PAGE_TRY_LATER);
}

/* The user code that a form of ours carries; absent where it is none. */
static struct str carried_code(struct exchange *x, struct str request)
{
	struct form form;

	if (!request.ptr || form_parse(x->arena, request, &form) != FORM_OK)
		return STR_NONE;
	return user_code_read(x->arena, form_get(&form, STR("user_code")));
}

static void decide(struct exchange *x, const struct page_request *in)
{
	struct str user_code = carried_code(x, in->request);
	struct str cookie;
	struct visitor v;

	if (!user_code.ptr) {
		oauth_fail(x, OAUTH_INVALID_REQUEST,
			   "the form holds no user code");
		authorization_error_page(x, PAGE_BAD_REQUEST);
		return;
	}
	if (!find_visitor(x, &v))
		return;
	if (!v.signed_in) {
		ask_sign_in(x, &v, user_code);
		return;
	}
	cookie = cookie_get(x->request->cookie,
			    session_cookie_name(v.secure));
	if (!form_token_fits(x, STR("device"), cookie, in->request,
			     in->form_token)) {
		oauth_fail(x, OAUTH_INVALID_REQUEST,
			   "the form is not of this browser and user code");
		authorization_error_page(x, PAGE_FORM_EXPIRED);
	} else if (str_eq(in->decision, STR("switch"))) {
		switch_user(x, &v, user_code);
	} else {
		say(x, &v, user_code, str_eq(in->decision, STR("allow")));
	}
}

static bool read_page(struct exchange *x, struct page_request *in)
{
	struct form form;

	if (params_read_browser(x, &form) ||
	    params_bind(x, &form, page_params, in)) {
		authorization_error_page(x, PAGE_BAD_REQUEST);
		return false;
	}
	if (!params_repeat(&form))
		return true;
	oauth_fail(x, OAUTH_INVALID_REQUEST,
		   "a parameter is there more than once");
	authorization_error_page(x, PAGE_BAD_REQUEST);
	return false;
}

void device_endpoint(struct exchange *x)
{
	const bool post = str_eq(x->request->method, STR("POST"));
	struct page_request in;

	if (!read_page(x, &in))
		return;
	if (post && in.request.ptr)
		decide(x, &in);
	else if (in.user_code.ptr)
		show(x, in.user_code);
	else
		ask_code(x, 200, STR_NONE, PAGE_NONE);
}

/*
 * For a device that has a browser but no keyboard worth the name (RFC 8628
 * section 3.3.1).  It draws what it is given: whether any device has that code
 * is not looked at.
 */
void device_qr_endpoint(struct exchange *x)
{
	struct page_view view = view_of(x);
	struct page_request in;
	struct str user_code;
	struct visitor v;

	if (!read_page(x, &in))
		return;
	user_code = user_code_read(x->arena, in.user_code);
	if (!user_code.ptr) {
		oauth_fail(x, OAUTH_INVALID_REQUEST,
			   "user_code is missing, or not one");
		authorization_error_page(x, PAGE_BAD_REQUEST);
	} else if (find_visitor(x, &v)) {
		page_device_qr(&view,
			       device_uri(x->arena, v.issuer, STR_NONE),
			       user_code,
			       device_uri(x->arena, v.issuer, user_code));
	}
}
