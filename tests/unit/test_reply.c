/*
 * test_reply.c - the whole answer as CGI has it (RFC 3875 section 6).
 */
#include <string.h>

#include "base/arena.h"
#include "child.h"
#include "http/reply.h"
#include "tap.h"

#define ALWAYS "X-Content-Type-Options: nosniff\r\n" \
	"Referrer-Policy: no-referrer\r\n"
#define NO_STORE "Cache-Control: no-store\r\n"

static bool has(struct reply *r, struct str part)
{
	struct str s = buf_str(&r->headers);

	return s.len >= part.len && memmem(s.ptr, s.len, part.ptr, part.len);
}

static void test_text(struct arena *a)
{
	struct reply r;

	reply_init(&r, a);
	reply_header(&r, STR("Content-Type"), STR("text/plain"));
	buf_add(&r.body, STR("hello"));
	ok(str_eq(reply_text(&r, a, false), STR(
		"Status: 200 OK\r\n" ALWAYS NO_STORE
		"Content-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello")),
	   "status, fields, body");
	ok(str_eq(reply_text(&r, a, true), STR(
		"Status: 200 OK\r\n" ALWAYS NO_STORE
		"Content-Type: text/plain\r\nContent-Length: 5\r\n\r\n")),
	   "HEAD: the same without the body (RFC 9110 section 9.3.2)");
	r.status = 304;
	ok(str_eq(reply_text(&r, a, false), STR(
		"Status: 304 Not Modified\r\n" ALWAYS NO_STORE
		"Content-Type: text/plain\r\n\r\n")),
	   "304: no body, no length of one");
	reply_init(&r, a);
	r.status = 204;
	ok(str_eq(reply_text(&r, a, false), STR(
		"Status: 204 No Content\r\n" ALWAYS NO_STORE "\r\n")),
	   "204: no body, no length (RFC 9110 section 8.6)");
}

static void split(const void *value)
{
	struct reply r;

	reply_init(&r, arena_new((size_t)1 << 16));
	reply_header(&r, STR("Location"), *(const struct str *)value);
}

/* Nothing gets here that was not escaped; if it did, it would be the last thing
 * to happen.  RFC 9110 section 5.5: "Field values containing CR, LF, or NUL
 * characters are invalid and dangerous". */
static void test_split(void)
{
	static const struct str values[] = {
		STR_INIT("/\r\nSet-Cookie: a=b"), STR_INIT("/\n"),
		STR_INIT("/\0"), STR_INIT("/\x7f"),
	};

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		ok(aborts(split, &values[i]),
		   "a field of two lines is not written: case %zu", i);
}

static void test_kinds(struct arena *a)
{
	struct reply r;

	reply_init(&r, a);
	reply_json(&r, 400);
	buf_add(&r.body, STR("{}"));
	ok(str_eq(reply_text(&r, a, false), STR(
		"Status: 400 Bad Request\r\n" ALWAYS
		"Content-Type: application/json\r\n" NO_STORE
		"Pragma: no-cache\r\nContent-Length: 2\r\n\r\n{}")),
	   "JSON, not to be stored (RFC 6749 section 5.1)");
	reply_init(&r, a);
	reply_redirect(&r, STR("https://a.example/cb?code=1&state=2"));
	ok(str_eq(reply_text(&r, a, false), STR(
		"Status: 303 See Other\r\n" ALWAYS NO_STORE
		"Location: https://a.example/cb?code=1&state=2\r\n"
		"Content-Length: 0\r\n\r\n")),
	   "a redirect is a 303 (RFC 9700 section 4.12)");
}

static void test_fields(struct arena *a)
{
	struct reply r;

	reply_init(&r, a);
	reply_header(&r, STR("Vary"), STR("Origin"));
	reply_header(&r, STR("cache-control"), STR("public"));
	reply_header(&r, STR("X-Last"), STR("1"));
	reply_header(&r, STR("X-Last"), STR("2"));
	ok(str_eq(buf_str(&r.headers), STR(
		ALWAYS "Vary: Origin\r\ncache-control: public\r\n"
		"X-Last: 2\r\n")), "a field takes the place of its namesake");
	reply_header(&r, STR("Referrer"), STR("x"));
	ok(has(&r, STR("Referrer-Policy: no-referrer\r\n")),
	   "and not of one whose name begins alike");

	reply_init(&r, a);
	reply_cookie(&r, STR("__Host-id"), STR("abc"), -1, true);
	reply_cookie(&r, STR("id"), STR("def"), 3600, false);
	reply_cookie(&r, STR("old"), STR(""), 0, false);
	ok(has(&r, STR("Set-Cookie: __Host-id=abc; Path=/; HttpOnly; "
		       "SameSite=Lax; Secure\r\n")), "a cookie of https");
	ok(has(&r, STR("Set-Cookie: id=def; Path=/; HttpOnly; SameSite=Lax; "
		       "Max-Age=3600\r\n")), "a second one, with an age");
	ok(has(&r, STR("Set-Cookie: old=; Path=/; HttpOnly; SameSite=Lax; "
		       "Max-Age=0\r\n")), "one that ends");
}

static void test_reasons(void)
{
	static const struct {
		int status;
		struct str want;
	} cases[] = {
		{ 200, STR_INIT("OK") },
		{ 401, STR_INIT("Unauthorized") },
		{ 413, STR_INIT("Content Too Large") },
		{ 431, STR_INIT("Request Header Fields Too Large") },
		{ 503, STR_INIT("Service Unavailable") },
		{ 299, STR_INIT("Unknown") },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ok(str_eq(reply_reason(cases[i].status), cases[i].want),
		   "%d %.*s", cases[i].status, STR_ARG(cases[i].want));
	}
}

int main(void)
{
	struct arena *a = arena_new((size_t)1 << 20);

	test_text(a);
	test_kinds(a);
	test_fields(a);
	test_split();
	test_reasons();
	arena_free(a);
	return done_testing();
}
