/* create_account.c - a person makes an account for themselves. */
#include "endpoint/create_account.h"

#include "base/base64.h"
#include "base/json.h"
#include "base/utf8.h"
#include "crypto/password.h"
#include "endpoint/endpoint.h"
#include "endpoint/form_token.h"
#include "endpoint/view.h"
#include "oauth/params.h"
#include "oauth/sign_in.h"
#include "page/create_account.h"

#define PASSWORD_LEAST 8 /* characters; NIST SP 800-63B section 5.1.1.2 */
#define USERNAME_MOST 255
#define NAME_MOST 200

struct account_request {
	struct str request, form_token;
	struct str name, username, password, decision;
};

#define P(member) PARAM(struct account_request, member, PARAM_OPTIONAL)
static const struct param account_params[] = {
	P(request), P(form_token), P(name), P(username), P(password),
	P(decision),
	PARAM_END
};
#undef P

static void show(struct exchange *x, const struct sign_in_page *p, int status,
		 const struct account_request *in, enum page_message fault)
{
	struct page_view v = view_of(x);
	struct page_form form = {
		.action = STR("create-account"),
		.request = p->request,
		.form_token = form_token(x, STR("create-account"),
					 form_cookie_give(x, p->secure),
					 p->request),
		.origin = p->origin,
	};

	page_create_account(&v, status, &form, &p->client, in->name,
			    in->username, fault);
}

void create_account_ask(struct exchange *x, const struct authorization *z)
{
	const struct account_request nothing = { .name = STR_NONE };
	const struct sign_in_page p = authorization_sign_in(x, z);

	show(x, &p, 200, &nothing, PAGE_NONE);
}

/* What [[:cntrl:]] of the table's CHECK has: C0, DEL, C1, and in some of the C
 * library's locales the separators of lines and paragraphs. */
static bool is_control(unsigned code)
{
	return code < 0x20 || (code >= 0x7f && code <= 0x9f) ||
	       code == 0x2028 || code == 0x2029;
}

/* Unicode's White_Space, of what is no control. */
static bool is_space(unsigned code)
{
	return code == ' ' || code == 0xa0 || code == 0x1680 ||
	       (code >= 0x2000 && code <= 0x200a) || code == 0x202f ||
	       code == 0x205f || code == 0x3000;
}

/* Of a text: how many characters it has, and which. */
struct text {
	size_t count;
	bool has_control, has_space_around;
};

/* s is UTF-8: that of a form (form.h). */
static struct text look_at(struct str s)
{
	struct text t = { .count = 0 };
	unsigned code = 0;
	size_t n;

	while ((n = utf8_next(s, &code)) > 0) {
		t.has_control |= is_control(code);
		t.has_space_around |= t.count == 0 && is_space(code);
		t.count++;
		s = str_skip(s, n);
	}
	t.has_space_around |= t.count > 0 && is_space(code);
	return t;
}

/* As oauth.check_new_user() has it. */
static enum page_message find_fault(const struct account_request *in)
{
	const struct text name = look_at(in->name);
	const struct text username = look_at(in->username);

	if (name.has_control || name.count > NAME_MOST)
		return PAGE_BAD_NAME;
	if (username.count < 1 || username.count > USERNAME_MOST ||
	    username.has_control || username.has_space_around)
		return PAGE_BAD_USERNAME;
	if (look_at(in->password).count < PASSWORD_LEAST ||
	    in->password.len > PASSWORD_MAX)
		return PAGE_BAD_PASSWORD;
	return PAGE_NONE;
}

static void ask_again(struct exchange *x, const struct sign_in_page *p,
		      const struct account_request *in, int status,
		      enum page_message fault, struct str reason)
{
	oauth_reason(x, reason);
	oauth_fail(x, OAUTH_ACCESS_DENIED, "");
	show(x, p, status, in, fault);
}

/* Counted like an attempt to sign in: nobody makes a thousand accounts. */
static bool may_try(struct exchange *x, const struct sign_in_page *p,
		    const struct account_request *in)
{
	const struct attempt attempt = {
		.username = in->username,
		.address = sign_in_address(x),
	};
	struct db_work w = { .count = 0 };
	struct db_call *call = sign_in_begin_ask(&w, x->arena, &attempt);
	struct candidate who;

	if (oauth_db(x, DB_WRITE, &w)) {
		authorization_error_page(x, PAGE_TRY_LATER);
		return false;
	}
	sign_in_begin_read(call, &who);
	if (who.allowed)
		return true;
	ask_again(x, p, in, 429, PAGE_TOO_MANY_ATTEMPTS,
		  STR("too many attempts"));
	return false;
}

static struct str claims_of(struct arena *a, const struct account_request *in)
{
	struct buf b;

	buf_init(&b, a);
	json_object(&b, STR_NONE);
	json_string(&b, STR("name"), in->name);
	json_object_end(&b);
	return buf_str(&b);
}

static void create(struct exchange *x, const struct sign_in_page *p,
		   const struct account_request *in)
{
	const struct account account = {
		.username = in->username,
		.password_hash = password_hash(
			x->arena, (struct secret){ in->password }),
		.claims = claims_of(x->arena, in),
	};
	struct credential cookie = credential_new();
	struct hash hash = credential_hash(&cookie), old;
	const bool has_old = session_cookie_hash(x, p->secure, &old);
	struct db_work w = { .count = 0 };
	const struct db_call *call = account_create_ask(
		&w, x->arena, &account, &hash, has_old ? &old : NULL);

	if (!account.password_hash.ptr || oauth_db(x, DB_WRITE, &w)) {
		authorization_error_page(x, PAGE_TRY_LATER);
		return;
	}
	if (db_rows(call) == 0) {
		ask_again(x, p, in, 403, PAGE_USERNAME_TAKEN,
			  STR("the username is taken"));
		return;
	}
	x->poke = has_old;	/* it is over: clients are to hear of it */
	x->user = db_text(call, 0, 0);
	reply_cookie(&x->reply, session_cookie_name(p->secure),
		     base64url_encode(x->arena, cookie.bytes,
				      sizeof(cookie.bytes)),
		     p->session_lifetime, p->secure);
	sign_in_go_on(x, STR("create-account"), p->path, p->request);
}

/* The form, and the authorization request that it carries. */
static bool open_form(struct exchange *x, struct account_request *in,
		      struct authorization *z)
{
	struct form form, request;

	if (params_read_body(x, &form) ||
	    params_bind(x, &form, account_params, in)) {
		authorization_error_page(x, PAGE_BAD_REQUEST);
		return false;
	}
	if (in->request.ptr &&
	    form_parse(x->arena, in->request, &request) == FORM_OK)
		return authorization_open(x, &request, z);
	oauth_fail(x, OAUTH_INVALID_REQUEST,
		   "the form holds no authorization request");
	authorization_error_page(x, PAGE_BAD_REQUEST);
	return false;
}

void create_account_endpoint(struct exchange *x)
{
	struct authorization z;
	struct account_request in;
	struct sign_in_page p;
	enum page_message fault;

	if (!open_form(x, &in, &z))
		return;
	p = authorization_sign_in(x, &z);
	fault = find_fault(&in);
	if (!z.account_creation || str_eq(in.decision, STR("sign-in")))
		sign_in_ask(x, &p, 200, in.username, PAGE_NONE);
	else if (!form_token_fits(x, STR("create-account"),
				  form_cookie(x, p.secure), in.request,
				  in.form_token))
		ask_again(x, &p, &in, 403, sign_in_form_fault(x, &p),
			  STR("the form is not of this browser"));
	else if (fault != PAGE_NONE)
		ask_again(x, &p, &in, 400, fault, STR("a bad username or "
						      "password"));
	else if (may_try(x, &p, &in))
		create(x, &p, &in);
}
