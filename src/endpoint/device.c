/*
 * device.c - the page where a person types a device's user code (RFC 8628
 * section 3.3).
 */
#include "endpoint/device.h"

#include "endpoint/authorization.h"
#include "http/url.h"
#include "oauth/user_code.h"

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
		.client = { .client_name = v->issuer },
		.secure = v->secure,
		.session_lifetime = v->session_lifetime,
	};
	struct url u;
	struct buf request;

	if (url_parse(v->issuer, &u))
		p.client.client_name = u.host;
	buf_init(&request, x->arena);
	form_add(&request, STR("user_code"), user_code);
	p.request = buf_str(&request);
	return p;
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
	return true;
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
