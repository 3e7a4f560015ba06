/*
 * client_auth.c - what a request says of who the client is: the first line is
 * its Authorization, the rest its body.
 */
#include "oauth/client_auth.h"

#include "base/base64.h"
#include "fuzz.h"
#include "http/url.h"

/* The credentials, written as RFC 6749 section 2.3.1 has it, are the same. */
static void check_basic(struct exchange *x,
			const struct client_credentials *c)
{
	const struct request *const before = x->request;
	struct client_credentials again;
	struct request rq = { .fault = REQUEST_OK };
	const struct form none = { NULL, 0 };
	struct buf b, header;

	buf_init(&b, x->arena);
	url_escape(&b, c->client_id);
	buf_char(&b, ':');
	url_escape(&b, c->client_secret.bytes);
	buf_init(&header, x->arena);
	buf_add(&header, STR("basic "));
	/* base64url is base64 where the bytes are as these. */
	while (b.len % 3 != 0)
		buf_char(&b, ' ');
	buf_add(&header, base64url_encode(x->arena, b.ptr, b.len));
	for (size_t i = 0; i < header.len; i++) {
		if (header.ptr[i] == '-')
			header.ptr[i] = '+';
		else if (header.ptr[i] == '_' && i >= 6)
			header.ptr[i] = '/';
	}
	rq.authorization = buf_str(&header);
	x->request = &rq;
	assert(!client_auth_read(x, &none, &again));
	x->request = before;
	assert(str_eq(again.client_id, c->client_id));
	assert(str_starts(again.client_secret.bytes, c->client_secret.bytes));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = fuzz_str(data, size);
	struct arena *a = fuzz_arena();
	struct request rq = { .authorization = fuzz_line(&rest) };
	struct exchange x = { .arena = a, .request = &rq };
	struct client_credentials c = { .client_id = STR_NONE };
	struct form form;
	enum oauth_error e;

	if (form_parse(a, rest, &form) != FORM_OK)
		return 0;
	e = client_auth_read(&x, &form, &c);
	assert(x.error == e);
	if (e) {
		assert(e == OAUTH_INVALID_CLIENT || e == OAUTH_INVALID_REQUEST);
		assert(x.description.len > 0);
		return 0;
	}
	assert(c.client_id.len > 0 && str_eq(x.client_id, c.client_id));
	assert(str_list_has(client_auth_methods(true), c.method));
	assert((c.assertion != NULL) == str_ends(c.method, STR("_jwt")));
	assert(!str_eq(c.method, STR("none")) ||
	       c.client_secret.bytes.len == 0);
	if (str_eq(c.method, STR("client_secret_basic")))
		check_basic(&x, &c);
	return 0;
}
