/*
 * page_desk.h - pages under test: what they are made of, what is in them.
 *
 * As in tap.h, one test program is one file: all here is static.
 */
#ifndef TESTS_PAGE_DESK_H
#define TESTS_PAGE_DESK_H

#include <string.h>

#include "base/arena.h"
#include "crypto/hash.h"
#include "page/page.h"
#include "page/style.h"
#include "tap.h"

/* Ends every place a value can stand in, and would be a template itself. */
#define ATTACK "x\"'><script>alert(1)</script>&{style}</title>"
#define ESCAPED \
	"x&quot;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;{style}" \
	"&lt;/title&gt;"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What the pages of one test are made of, and the last page. */
struct desk {
	struct arena *arena;
	struct reply reply;
	struct page_view view;
	struct page_form form;
	struct page_client client;
	struct page_scope scope;
};

__attribute__((unused))
static void desk_init(struct desk *d, struct arena *a)
{
	*d = (struct desk){
		.arena = a,
		.form = { STR("consent"), STR("client_id=c1&state=s"),
			  STR("token"), STR("https://client.example") },
		.client = { .client_name = STR("Client"),
			    .host = STR("client.example") },
		.scope = { STR("profile"), STR("See your name") },
	};
	d->view = (struct page_view){ .reply = &d->reply, .arena = a };
}

__attribute__((unused))
static size_t times(struct desk *d, const char *what)
{
	const char *at = buf_str(&d->reply.body).ptr;
	size_t n = 0;

	while ((at = strstr(at, what))) {
		at += strlen(what);
		n++;
	}
	return n;
}

/* Is line a header field, or part of one, exactly once? */
__attribute__((unused))
static bool header_is(struct desk *d, const char *line)
{
	const char *at = strstr(buf_str(&d->reply.headers).ptr, line);

	return at && !strstr(at + 1, line);
}

/* A policy with this between the style and who may frame the page. */
__attribute__((unused))
static bool policy_is(struct desk *d, const char *middle, const char *framed)
{
	struct buf want;

	buf_init(&want, d->arena);
	buf_addf(&want, "Content-Security-Policy: default-src 'none'; "
			"style-src 'sha256-" PAGE_STYLE_HASH "'; %s; "
			"frame-ancestors %s; base-uri 'none'\r\n",
		 middle, framed);
	return header_is(d, buf_str(&want).ptr);
}

/* Nothing of ATTACK came through as it was, and it is there n times. */
__attribute__((unused))
static void escaped(struct desk *d, size_t n, const char *what)
{
	ok(times(d, ESCAPED) == n, "%s: escaped, %zu times", what, n);
	ok(times(d, "<script>alert") == 0 && times(d, "x\"") == 0 &&
	   times(d, "x'") == 0 && times(d, "</title>") == 1,
	   "%s: and nowhere as it was", what);
}

/* BASE64 (RFC 4648 section 4) of 32 bytes: 43 characters and a "=". */
__attribute__((unused))
static void base64_of(const struct hash *h, char out[45])
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < 43; i++) {
		size_t byte = i * 6 / 8, shift = i * 6 % 8;
		unsigned next = byte + 1 < HASH_LEN ? h->bytes[byte + 1] : 0;
		unsigned pair = (unsigned)h->bytes[byte] << 8 | next;

		out[i] = digits[pair >> (10 - shift) & 63];
	}
	out[43] = '=';
	out[44] = '\0';
}

#endif
