/* request_uri.c - the handle of a request that is kept. */
#include "oauth/request_uri.h"

#include "base/base64.h"
#include "base/buf.h"

#define PREFIX "urn:ietf:params:oauth:request_uri:"

struct str request_uri_text(struct arena *a, const struct credential *c)
{
	struct buf b;

	buf_init(&b, a);
	buf_add(&b, STR(PREFIX));
	buf_add(&b, base64url_encode(a, c->bytes, sizeof(c->bytes)));
	return buf_str(&b);
}

bool request_uri_parse(struct str text, struct credential *out)
{
	return str_starts(text, STR(PREFIX)) &&
	       base64url_decode(str_skip(text, sizeof(PREFIX) - 1), out->bytes,
				sizeof(out->bytes));
}
