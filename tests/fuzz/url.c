/* url.c - URIs, taken apart and put together. */
#include "http/url.h"

#include "fuzz.h"
#include "http/form.h"

static void add_rest(struct buf *b, const struct url *u)
{
	buf_add(b, u->path);
	if (!u->query.ptr)
		return;
	buf_char(b, '?');
	buf_add(b, u->query);
}

/* The origin and what follows it are all of it. */
static void check_parts(struct arena *a, const struct url *u, struct str text)
{
	const struct str parts[] = {
		u->scheme, u->authority, u->host, u->port, u->path, u->query,
	};
	struct str port = u->port;
	long long n = 0;
	struct buf b;

	for (size_t i = 0; i < COUNT(parts); i++)
		assert(fuzz_is_within(parts[i], text));
	buf_init(&b, a);
	buf_add(&b, url_origin(a, u));
	if (u->authority.ptr && u->authority.len == 0)
		buf_add(&b, STR("//"));
	add_rest(&b, u);
	assert(str_eq(buf_str(&b), text));
	assert(!port.ptr || (str_number(port, &n) && n < 65536));
	assert(!str_has(u->host, '@') && !str_has(u->host, '/'));
	if (url_is_loopback(u))
		assert(str_eq_nocase(u->scheme, STR("http")) &&
		       u->host.len > 0);
}

static bool is_of_a_header(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] <= ' ' || s.ptr[i] >= 0x7f ||
		    strchr("\"<>\\^`{|}#", s.ptr[i]))
			return false;
	}
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct str text = fuzz_str(data, size);
	struct arena *a = fuzz_arena();
	struct str longer, decoded;
	struct url u, more;
	struct buf b;

	buf_init(&b, a);
	url_escape(&b, text);
	assert(is_of_a_header(buf_str(&b)));
	if (form_decode(a, buf_str(&b), &decoded) == FORM_OK)
		assert(str_eq(decoded, text));
	if (!url_parse(text, &u))
		return 0;
	assert(is_of_a_header(text));
	check_parts(a, &u, text);
	longer = url_with_query(a, text, STR("code=x"));
	assert(url_parse(longer, &more));
	assert(str_eq(more.path, u.path) && str_eq(more.host, u.host));
	assert(str_ends(more.query, STR("code=x")));
	return 0;
}
