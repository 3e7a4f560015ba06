/*
 * test_page_form_post.c - the page that hands an answer to the client.
 */
#include "page/form_post.h"
#include "page_desk.h"

static const struct field fields[] = {
	{ STR_INIT("code"), STR_INIT("abc") },
	{ STR_INIT("state"), STR_INIT("a b&c=d+\"é\"") },
	{ STR_INIT("iss"), STR_INIT("https://id.example") },
};

static void show(struct desk *d, struct str redirect_uri, size_t count)
{
	reply_init(&d->reply, d->arena);
	page_form_post(&d->view, redirect_uri, fields, count);
}

/* The only script of the page, as the browser hashes it; "" for none. */
static struct str script_of(struct desk *d)
{
	const char *from = strstr(buf_str(&d->reply.body).ptr, "<script>");
	const char *to;

	if (!from || times(d, "<script") != 1)
		return STR("");
	from += strlen("<script>");
	to = strstr(from, "</script>");
	return to ? (struct str){ from, (size_t)(to - from) } : STR("");
}

static void test_page(struct arena *a)
{
	struct desk d;

	desk_init(&d, a);
	show(&d, STR("https://client.example/cb?x=1&y=2"), COUNT(fields));
	ok(d.reply.status == 200, "status 200");
	ok(times(&d, "<form method=\"post\" "
		     "action=\"https://client.example/cb?x=1&amp;y=2\">") == 1,
	   "a form by POST to redirect_uri, with the query it has");
	ok(times(&d, "<input") == 3 && times(&d, "type=\"hidden\"") == 3 &&
	   times(&d, "name=\"code\" value=\"abc\"") == 1 &&
	   times(&d, "name=\"state\" "
		     "value=\"a b&amp;c=d+&quot;é&quot;\"") == 1 &&
	   times(&d, "name=\"iss\" value=\"https://id.example\"") == 1,
	   "each field once, hidden");
	ok(times(&d, "<button class=\"yes\">Continue</button>") == 1 &&
	   times(&d, "<noscript") == 0 &&
	   times(&d, "<title>Continue</title>") == 1,
	   "a button for where the script does not run, and no field of it");
	ok(times(&d, "<bdi>client.example</bdi>") == 1, "where it goes on");
	ok(header_is(&d, "Cache-Control: no-store\r\n") &&
	   header_is(&d, "Referrer-Policy: no-referrer\r\n"),
	   "the answer is kept nowhere");
	show(&d, STR("https://client.example/cb"), 0);
	ok(times(&d, "<form ") == 1 && times(&d, "<input") == 0,
	   "an answer without fields");
}

static void test_script(struct arena *a)
{
	struct desk d;
	struct hash h;
	struct buf want;
	char digest[45];

	desk_init(&d, a);
	show(&d, STR("https://client.example/cb"), COUNT(fields));
	h = hash_sha256(script_of(&d));
	base64_of(&h, digest);
	buf_init(&want, a);
	buf_addf(&want, "script-src 'sha256-%s'; form-action 'self' https:",
		 digest);
	ok(policy_is(&d, buf_str(&want).ptr, "https://client.example"),
	   "the policy allows the one script, %s", digest);
	ok(str_eq(script_of(&d), STR("document.forms[0].submit()")) &&
	   strstr(buf_str(&d.reply.body).ptr, "<script") >
	   strstr(buf_str(&d.reply.body).ptr, "</form>"),
	   "which is constant and stands after the form");
}

/* form-action and frame-ancestors (CSP3 sections 6.4.1, 6.4.2). */
static void test_policy(struct arena *a)
{
	static const struct {
		struct str redirect_uri;
		const char *action, *framed;
	} cases[] = {
		{ STR_INIT("https://client.example:8443/cb"),
		  "form-action 'self' https:; frame",
		  "frame-ancestors https://client.example:8443; base" },
		{ STR_INIT("http://127.0.0.1:53682/"),
		  "form-action 'self' http:; frame",
		  "frame-ancestors http://127.0.0.1:53682; base" },
		{ STR_INIT("http://[::1]:53682/"),
		  "form-action 'self' http:; frame",
		  "frame-ancestors http:; base" },
		{ STR_INIT("com.example.app:/cb"),
		  "form-action 'self' com.example.app:; frame",
		  "frame-ancestors com.example.app:; base" },
		{ STR_INIT("https://a.example;x/cb"),
		  "form-action 'self' https:; frame",
		  "frame-ancestors 'none'; base" },
		{ STR_INIT("https://a.example,b/cb"),
		  "form-action 'self' https:; frame",
		  "frame-ancestors 'none'; base" },
	};
	struct desk d;

	desk_init(&d, a);
	for (size_t i = 0; i < COUNT(cases); i++) {
		show(&d, cases[i].redirect_uri, 1);
		ok(header_is(&d, cases[i].action) &&
		   header_is(&d, cases[i].framed), "the policy for %.*s",
		   STR_ARG(cases[i].redirect_uri));
	}
}

/* Registered or not: nothing that the browser would run or make up. */
static void test_refused(struct arena *a)
{
	static const struct str cases[] = {
		STR_INIT("javascript:alert(1)"),
		STR_INIT("JavaScript:alert(1)"),
		STR_INIT("javascript://client.example/%0aalert(1)"),
		STR_INIT(" javascript:alert(1)"),
		STR_INIT("java\tscript:alert(1)"),
		STR_INIT("\001javascript:alert(1)"),
		STR_INIT("vbscript:x"), STR_INIT("VBSCRIPT:x"),
		STR_INIT("data:text/html,x"), STR_INIT("Data:,"),
		STR_INIT("blob:https://client.example/1"),
		STR_INIT("filesystem:https://client.example/1"),
		STR_INIT("file:///etc/passwd"), STR_INIT("about:blank"),
		STR_INIT("https:///cb"), STR_INIT("//client.example/cb"),
		STR_INIT("/cb"), STR_INIT("cb"), STR_INIT("https"),
		STR_INIT(ATTACK), STR_INIT("https://client.example/" ATTACK),
		STR_INIT(""), { NULL, 0 },
	};
	struct desk d;

	desk_init(&d, a);
	for (size_t i = 0; i < COUNT(cases); i++) {
		show(&d, cases[i], COUNT(fields));
		ok(d.reply.status == 400 && times(&d, "<form") == 0 &&
		   times(&d, "<script") == 0 && times(&d, "abc") == 0 &&
		   policy_is(&d, "form-action 'self'", "'none'"),
		   "no form for '%.*s'", STR_ARG(cases[i]));
	}
}

static void test_escaping(struct arena *a)
{
	static const struct field hostile = {
		STR_INIT(ATTACK), STR_INIT(ATTACK)
	};
	struct desk d;

	desk_init(&d, a);
	reply_init(&d.reply, a);
	page_form_post(&d.view, STR("https://client.example/cb"), &hostile, 1);
	escaped(&d, 2, "the name and the value of a field");
	show(&d, STR("https://client.example/'?'"), 1);
	ok(times(&d, "action=\"https://client.example/&#39;?&#39;\"") == 1,
	   "what a URI may have and an attribute may not");
}

static void test_languages(struct arena *a)
{
	static const struct {
		struct str ui_locales;
		const char *lang, *button;
	} cases[] = {
		{ STR_INIT("en"), "<html lang=\"en\">", ">Continue</button>" },
		{ STR_INIT("ko"), "<html lang=\"ko\">", ">계속</button>" },
		{ STR_INIT("de"), "<html lang=\"de\">", ">Weiter</button>" },
	};
	struct desk d;

	desk_init(&d, a);
	for (size_t i = 0; i < COUNT(cases); i++) {
		d.view.ui_locales = cases[i].ui_locales;
		show(&d, STR("https://client.example/cb"), 1);
		ok(times(&d, cases[i].lang) == 1 &&
		   times(&d, cases[i].button) == 1 &&
		   times(&d, "<bdi>client.example</bdi>") == 1,
		   "in '%.*s'", STR_ARG(cases[i].ui_locales));
	}
}

int main(void)
{
	struct arena *a = arena_new((size_t)1 << 24);

	test_page(a);
	test_script(a);
	test_policy(a);
	test_refused(a);
	test_escaping(a);
	test_languages(a);
	arena_free(a);
	return done_testing();
}
