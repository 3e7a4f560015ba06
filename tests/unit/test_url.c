/*
 * test_url.c - taking URIs apart (RFC 3986).
 */
#include <string.h>

#include "base/arena.h"
#include "http/url.h"
#include "tap.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* want: scheme|authority|host|port|path|query, "-" for absent. */
static const struct {
	struct str text, want;
} good[] = {
	{ STR_INIT("https://client.example.com/cb"),
	  STR_INIT("https|client.example.com|client.example.com|-|/cb|-") },
	{ STR_INIT("http://127.0.0.1:51004/oauth2redirect/example-provider"),
	  STR_INIT("http|127.0.0.1:51004|127.0.0.1|51004|"
		   "/oauth2redirect/example-provider|-") },
	{ STR_INIT("http://[::1]:61023/x"),
	  STR_INIT("http|[::1]:61023|[::1]|61023|/x|-") },
	{ STR_INIT("http://[::1]"), STR_INIT("http|[::1]|[::1]|-||-") },
	{ STR_INIT("http://[::ffff:127.0.0.1]/"),
	  STR_INIT("http|[::ffff:127.0.0.1]|[::ffff:127.0.0.1]|-|/|-") },
	{ STR_INIT("com.example.app:/oauth2redirect/example-provider"),
	  STR_INIT("com.example.app|-|-|-|/oauth2redirect/"
		   "example-provider|-") },
	{ STR_INIT("urn:ietf:wg:oauth:2.0:oob"),
	  STR_INIT("urn|-|-|-|ietf:wg:oauth:2.0:oob|-") },
	{ STR_INIT("HTTPS://A.example"),
	  STR_INIT("HTTPS|A.example|A.example|-||-") },
	{ STR_INIT("https://a.example?x=/?://"),
	  STR_INIT("https|a.example|a.example|-||x=/?://") },
	{ STR_INIT("https://a.example/?"),
	  STR_INIT("https|a.example|a.example|-|/|") },
	{ STR_INIT("https://a.example/a%2Fb;c=1/..//@x:8"),
	  STR_INIT("https|a.example|a.example|-|/a%2Fb;c=1/..//@x:8|-") },
	{ STR_INIT("app:///x"), STR_INIT("app|||-|/x|-") },
	{ STR_INIT("https://a.example:65535/"),
	  STR_INIT("https|a.example:65535|a.example|65535|/|-") },
	{ STR_INIT("a+b-c.d1:"), STR_INIT("a+b-c.d1|-|-|-||-") },
};

static const struct {
	const char *what;
	struct str text;
} bad[] = {
	{ "nothing", STR_INIT("") },
	{ "absent", { NULL, 0 } },
	{ "relative", STR_INIT("/cb") },
	{ "no scheme", STR_INIT("//a.example/cb") },
	{ "an empty scheme", STR_INIT("://a.example/") },
	{ "a colon in the query alone", STR_INIT("a?b:c") },
	{ "a digit first", STR_INIT("1http://a.example/") },
	{ "a dot first", STR_INIT(".a://a.example/") },
	{ "an underscore in the scheme", STR_INIT("a_b://a.example/") },
	{ "a slash in the scheme", STR_INIT("a/b://a.example/") },
	{ "an escape in the scheme", STR_INIT("a%41://a.example/") },
	{ "a space before", STR_INIT(" https://a.example/") },
	{ "a space after", STR_INIT("https://a.example/ ") },
	{ "a newline", STR_INIT("https://a.example/\r\nX: y") },
	{ "a tab", STR_INIT("https://a.exa\tmple/") },
	{ "a NUL", STR_INIT("https://a.example/\0") },
	{ "a backslash", STR_INIT("https://a.example\\@b.example/") },
	{ "a quote", STR_INIT("https://a.example/\"") },
	{ "angle brackets", STR_INIT("https://a.example/<x>") },
	{ "a brace", STR_INIT("https://a.example/{x}") },
	{ "not ASCII", STR_INIT("https://\xC3\xA9.example/") },
	{ "an escape cut off", STR_INIT("https://a.example/%4") },
	{ "an escape of one digit", STR_INIT("https://a.example/%4g") },
	{ "an escape of what comes after F",
	  STR_INIT("https://a.example/%4G") },
	{ "an escape of no digits", STR_INIT("https://a.example/%zz") },
	{ "a fragment", STR_INIT("https://a.example/#x") },
	{ "an empty fragment", STR_INIT("https://a.example/#") },
	{ "a user", STR_INIT("http://localhost@attacker.example/") },
	{ "a user and password", STR_INIT("https://a:b@c.example/") },
	{ "an empty user", STR_INIT("https://@a.example/") },
	{ "a port that is no number", STR_INIT("https://a.example:x/") },
	{ "an empty port", STR_INIT("https://a.example:/") },
	{ "a port too high", STR_INIT("https://a.example:65536/") },
	{ "a negative port", STR_INIT("https://a.example:-1/") },
	{ "two ports", STR_INIT("https://a.example:80:80/") },
	{ "an IP literal left open", STR_INIT("http://[::1/") },
	{ "an IP literal that is none", STR_INIT("http://[localhost]/") },
	{ "an empty IP literal", STR_INIT("http://[]/") },
	{ "an IP literal too long", STR_INIT(
		"http://[0000:0000:0000:0000:0000:0000:0000:0000:0000:0000]/")
	},
	{ "text after an IP literal", STR_INIT("http://[::1].example/") },
	{ "text before one", STR_INIT("http://a[::1]/") },
	{ "a bracket in a name", STR_INIT("http://a]b/") },
	{ "an IPv6 zone", STR_INIT("http://[fe80::1%25eth0]/") },
	{ "http without a host", STR_INIT("http:/cb") },
	{ "http with an empty host", STR_INIT("http:///cb") },
	{ "https with a port alone", STR_INIT("https://:443/cb") },
};

static void add_part(struct buf *b, struct str part)
{
	if (b->len > 0)
		buf_char(b, '|');
	buf_add(b, part.ptr ? part : STR("-"));
}

static void test_parse(struct arena *a)
{
	struct url u;
	struct buf b;

	for (size_t i = 0; i < COUNT(good); i++) {
		buf_init(&b, a);
		if (url_parse(good[i].text, &u)) {
			add_part(&b, u.scheme);
			add_part(&b, u.authority);
			add_part(&b, u.host);
			add_part(&b, u.port);
			add_part(&b, u.path);
			add_part(&b, u.query);
		}
		ok(str_eq(buf_str(&b), good[i].want), "parts of %.*s",
		   STR_ARG(good[i].text));
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		u.scheme = STR("as it was");
		ok(!url_parse(bad[i].text, &u) &&
		   str_eq(u.scheme, STR("as it was")), "refused: %s",
		   bad[i].what);
	}
}

static const struct {
	struct str text;
	bool want;
} loopbacks[] = {
	{ STR_INIT("http://127.0.0.1/cb"), true },
	{ STR_INIT("http://127.0.0.1:8080/cb"), true },
	{ STR_INIT("http://127.255.255.254/"), true },
	{ STR_INIT("http://[::1]/"), true },
	{ STR_INIT("http://localhost:3000/"), true },
	{ STR_INIT("HTTP://LocalHost/"), true },
	{ STR_INIT("https://127.0.0.1/"), false },
	{ STR_INIT("https://localhost/"), false },
	{ STR_INIT("ftp://localhost/"), false },
	{ STR_INIT("http://127.0.0.1.evil.example/"), false },
	{ STR_INIT("a.b:/127.0.0.1"), false },
	{ STR_INIT("http://localhost.evil.example/"), false },
	{ STR_INIT("http://localhost./"), false },
	{ STR_INIT("http://evil.example/127.0.0.1"), false },
	{ STR_INIT("http://evil.example?localhost"), false },
	{ STR_INIT("http://128.0.0.1/"), false },
	{ STR_INIT("http://0.0.0.0/"), false },
	{ STR_INIT("http://127.1/"), false },
	{ STR_INIT("http://2130706433/"), false },
	{ STR_INIT("http://0x7f.0.0.1/"), false },
	{ STR_INIT("http://0177.0.0.1/"), false },
	{ STR_INIT("http://127.0.0.256/"), false },
	{ STR_INIT("http://%6cocalhost/"), false },
	{ STR_INIT("http://[::2]/"), false },
	{ STR_INIT("http://[::]/"), false },
	{ STR_INIT("app:/localhost"), false },
};

static void test_loopback(void)
{
	for (size_t i = 0; i < COUNT(loopbacks); i++) {
		struct url u;

		ok(url_parse(loopbacks[i].text, &u) &&
		   url_is_loopback(&u) == loopbacks[i].want, "%.*s is %sloopback",
		   STR_ARG(loopbacks[i].text),
		   loopbacks[i].want ? "" : "not ");
	}
}

static const struct {
	struct str uri, origin, with_query;
} made[] = {
	{ STR_INIT("https://a.example:8443/cb"),
	  STR_INIT("https://a.example:8443"),
	  STR_INIT("https://a.example:8443/cb?code=1") },
	{ STR_INIT("https://a.example/cb?x=1"), STR_INIT("https://a.example"),
	  STR_INIT("https://a.example/cb?x=1&code=1") },
	{ STR_INIT("https://a.example/cb?"), STR_INIT("https://a.example"),
	  STR_INIT("https://a.example/cb?code=1") },
	{ STR_INIT("https://a.example/cb?x=1&"), STR_INIT("https://a.example"),
	  STR_INIT("https://a.example/cb?x=1&code=1") },
	{ STR_INIT("https://a.example"), STR_INIT("https://a.example"),
	  STR_INIT("https://a.example?code=1") },
	{ STR_INIT("com.example.app:/cb"), STR_INIT("com.example.app:"),
	  STR_INIT("com.example.app:/cb?code=1") },
	{ STR_INIT("http://[::1]:8/"), STR_INIT("http://[::1]:8"),
	  STR_INIT("http://[::1]:8/?code=1") },
};

static void test_made(struct arena *a)
{
	struct buf b;

	for (size_t i = 0; i < COUNT(made); i++) {
		struct url u;

		ok(url_parse(made[i].uri, &u) &&
		   str_eq(url_origin(a, &u), made[i].origin), "origin of %.*s",
		   STR_ARG(made[i].uri));
		ok(str_eq(url_with_query(a, made[i].uri, STR("code=1")),
			  made[i].with_query), "a parameter added to %.*s",
		   STR_ARG(made[i].uri));
	}
	buf_init(&b, a);
	url_escape(&b, STR("aZ09-._~ /?#[]@!$&'()*+,;=%\"\0\xFF"));
	ok(str_eq(buf_str(&b), STR("aZ09-._~%20%2F%3F%23%5B%5D%40%21%24%26%27"
				   "%28%29%2A%2B%2C%3B%3D%25%22%00%FF")),
	   "all but the unreserved is escaped");
}

int main(void)
{
	struct arena *a = arena_new((size_t)1 << 20);

	test_parse(a);
	test_loopback();
	test_made(a);
	arena_free(a);
	return done_testing();
}
