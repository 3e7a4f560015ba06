/* form_token.c - a form is the browser's that it was sent to. */
#include "endpoint/form_token.h"

#include "base/base64.h"
#include "crypto/credential.h"
#include "crypto/secret.h"
#include "http/cookie.h"

struct str form_token(struct exchange *x, struct str purpose,
		      struct str browser, struct str request)
{
	struct hash h;
	struct buf b;

	buf_init(&b, x->arena);
	buf_addf(&b, "%.*s %.*s", STR_ARG(purpose), STR_ARG(browser));
	h = hash_hmac(x->key, buf_str(&b), request);
	return base64url_encode(x->arena, h.bytes, sizeof(h.bytes));
}

bool form_token_fits(struct exchange *x, struct str purpose,
		     struct str browser, struct str request,
		     struct str given)
{
	if (!browser.ptr)
		return false;
	return secret_eq((struct secret){ given },
			 (struct secret){ form_token(x, purpose, browser,
						     request) });
}

static struct str form_cookie_name(bool secure)
{
	return secure ? STR("__Host-postern_form") : STR("postern_form");
}

struct str form_cookie(struct exchange *x, bool secure)
{
	struct str value = cookie_get(x->request->cookie,
				      form_cookie_name(secure));
	struct credential c;

	return base64url_decode(value, c.bytes, sizeof(c.bytes)) ? value
								 : STR_NONE;
}

struct str form_cookie_give(struct exchange *x, bool secure)
{
	struct str value = form_cookie(x, secure);
	struct credential c;

	if (value.ptr)
		return value;
	c = credential_new();
	value = base64url_encode(x->arena, c.bytes, sizeof(c.bytes));
	reply_cookie(&x->reply, form_cookie_name(secure), value, -1, secure);
	return value;
}
