/*
 * test_page.c - what the pages say, escape, link to and forbid.
 */
#include "page/style.h"
#include "page/template.h"
#include "page_desk.h"

static void show_sign_in(struct desk *d, struct str username,
			 enum page_message fault)
{
	reply_init(&d->reply, d->arena);
	page_sign_in(&d->view, 200, &d->form, &d->client, username, fault);
}

static void show_consent(struct desk *d, struct str username, size_t scopes)
{
	reply_init(&d->reply, d->arena);
	page_consent(&d->view, &d->form, &d->client, username, &d->scope,
		     scopes);
}

static void show_error(struct desk *d, struct str code, struct str detail)
{
	reply_init(&d->reply, d->arena);
	page_error(&d->view, 400, PAGE_TITLE_BAD_REQUEST, PAGE_BAD_REQUEST,
		   code, detail);
}

static void test_escaping(struct arena *a)
{
	struct desk d;

	desk_init(&d, a);
	d.client.client_name = STR(ATTACK);
	show_sign_in(&d, STR_NONE, PAGE_NONE);
	escaped(&d, 1, "client_name at sign-in");
	show_consent(&d, STR("alice"), 0);
	escaped(&d, 2, "client_name at consent, without scopes");

	desk_init(&d, a);
	show_sign_in(&d, STR(ATTACK), PAGE_WRONG_PASSWORD);
	escaped(&d, 1, "username at sign-in");
	show_consent(&d, STR(ATTACK), 1);
	escaped(&d, 1, "username at consent");

	desk_init(&d, a);
	d.form = (struct page_form){ STR(ATTACK), STR(ATTACK), STR(ATTACK),
				     STR_NONE };
	show_sign_in(&d, STR_NONE, PAGE_NONE);
	escaped(&d, 3, "action, request and form_token at sign-in");
	show_consent(&d, STR("alice"), 1);
	escaped(&d, 3, "action, request and form_token at consent");

	desk_init(&d, a);
	d.scope = (struct page_scope){ STR(ATTACK), STR(ATTACK) };
	d.client.host = STR(ATTACK);
	d.client.client_uri = STR("https://" ATTACK);
	d.client.policy_uri = STR("https://" ATTACK);
	d.client.tos_uri = STR("https://" ATTACK);
	show_consent(&d, STR("alice"), 1);
	escaped(&d, 6, "a scope, the host and the links");

	show_error(&d, STR(ATTACK), STR(ATTACK));
	escaped(&d, 2, "code and detail");
}

static void test_template(struct arena *a)
{
	const struct template_value values[] = {
		TEMPLATE_TEXT("text", STR("<{built}>")),
		TEMPLATE_BUILT("built", STR("<b>")),
		TEMPLATE_TEXT("absent", STR_NONE),
	};

	ok(str_eq(template_fill(a, STR("{text}-{built}{absent}{text}"),
				values, COUNT(values)),
		  STR("&lt;{built}&gt;-<b>&lt;{built}&gt;")),
	   "text is escaped and no template; what is built stands as it is");
	ok(str_eq(template_fill(a, STR("as is"), values, 0), STR("as is")),
	   "a template without values");
	ok(template_fill(a, STR(""), values, 0).len == 0, "an empty one");
}

static void test_pages(struct arena *a)
{
	struct desk d;

	desk_init(&d, a);
	show_sign_in(&d, STR_NONE, PAGE_NONE);
	ok(times(&d, "<form method=\"post\" action=\"consent\">") == 1 &&
	   times(&d, "name=\"request\" value=\"client_id=c1&amp;state=s\"") &&
	   times(&d, "name=\"form_token\" value=\"token\"") &&
	   times(&d, "name=\"username\"") && times(&d, "name=\"password\""),
	   "the fields of the sign-in page");
	ok(times(&d, "role=\"alert\"") == 0, "no fault, no alert");
	ok(times(&d, "autofocus") == 1, "one field has the focus");

	show_sign_in(&d, STR("alice"), PAGE_WRONG_PASSWORD);
	ok(times(&d, "role=\"alert\" id=\"fault\"") == 1 &&
	   times(&d, "autofocus aria-describedby=\"fault\"") == 1,
	   "a fault is an alert, and described where the focus is");

	show_consent(&d, STR("alice"), 1);
	ok(d.reply.status == 200, "the consent page has status 200");
	ok(times(&d, "name=\"decision\" value=\"allow\"") == 1 &&
	   times(&d, "name=\"decision\" value=\"deny\"") == 1 &&
	   times(&d, "name=\"decision\" value=\"switch\"") == 1,
	   "three decisions");
	ok(times(&d, "See your name") == 1 && times(&d, "profile") == 1 &&
	   times(&d, "alice") == 1 && times(&d, "client.example") == 1,
	   "who, what for, and where to");
	show_consent(&d, STR("alice"), 0);
	ok(times(&d, "will learn who you are") == 1 && times(&d, "<ul>") == 0,
	   "without scopes: who you are");

	show_error(&d, STR("invalid_request"), STR("no client_id"));
	ok(d.reply.status == 400 && times(&d, "<form") == 0 &&
	   times(&d, "invalid_request") == 1 && times(&d, "no client_id") == 1,
	   "an error page, with its code");
	reply_init(&d.reply, a);
	page_notice(&d.view, PAGE_STAY, PAGE_STAYED);
	ok(d.reply.status == 200 && times(&d, "You are still signed in.") == 1 &&
	   times(&d, "<footer") == 0, "a notice");
}

static void test_first(struct arena *a)
{
	static const struct {
		struct str name;
		const char *want;
	} cases[] = {
		{ STR_INIT("Client"), "\"true\">C</div>" },
		{ STR_INIT("사진"), "\"true\">사</div>" },
		{ STR_INIT("<"), "\"true\">&lt;</div>" },
		{ STR_INIT("\xea"), "\"true\">\xea</div>" },
		{ STR_INIT(""), "\"true\"></div>" },
		{ { NULL, 0 }, "\"true\"></div>" },
	};
	struct desk d;

	desk_init(&d, a);
	for (size_t i = 0; i < COUNT(cases); i++) {
		d.client.client_name = cases[i].name;
		show_sign_in(&d, STR_NONE, PAGE_NONE);
		ok(times(&d, cases[i].want) == 1, "the initial of '%.*s'",
		   STR_ARG(cases[i].name));
	}
}

static void test_links(struct arena *a)
{
	static const struct {
		struct str uri;
		bool want;
	} cases[] = {
		{ STR_INIT("https://client.example/privacy"), true },
		{ STR_INIT("HTTP://client.example/"), true },
		{ STR_INIT("javascript:alert(1)"), false },
		{ STR_INIT("JavaScript://https://x%0aalert(1)"), false },
		{ STR_INIT(" javascript:alert(1)"), false },
		{ STR_INIT("java\tscript:alert(1)"), false },
		{ STR_INIT("\001javascript:alert(1)"), false },
		{ STR_INIT("data:text/html,x"), false },
		{ STR_INIT("https:relative"), false },
		{ STR_INIT("//client.example/"), false },
		{ STR_INIT("https"), false },
		{ STR_INIT(""), false },
		{ { NULL, 0 }, false },
	};
	struct desk d;

	desk_init(&d, a);
	for (size_t i = 0; i < COUNT(cases); i++) {
		d.client.client_uri = cases[i].uri;
		d.client.policy_uri = cases[i].uri;
		d.client.tos_uri = cases[i].uri;
		show_consent(&d, STR("alice"), 1);
		ok(times(&d, "<a href=\"") == (cases[i].want ? 3 : 0) &&
		   times(&d, "<nav>") == (cases[i].want ? 1 : 0),
		   "link to '%.*s': %s", STR_ARG(cases[i].uri),
		   cases[i].want ? "yes" : "no");
	}

	d.client.logo_uri = STR("https://client.example/logo.png");
	show_consent(&d, STR("alice"), 1);
	ok(times(&d, "logo.png") == 0 && times(&d, "<img") == 0,
	   "a logo is never fetched from elsewhere");
}

/* Content-Security-Policy: form-action (CSP3 section 6.4.1). */
static void test_policy(struct arena *a)
{
	static const struct {
		struct str origin;
		const char *want;
	} cases[] = {
		{ STR_INIT("https://client.example"),
		  "form-action 'self' https://client.example; frame" },
		{ STR_INIT("http://127.0.0.1:53682"),
		  "form-action 'self' http://127.0.0.1:53682; frame" },
		{ STR_INIT("com.example.app:"),
		  "form-action 'self' com.example.app:; frame" },
		{ STR_INIT("http://[::1]:53682"),
		  "form-action 'self' http:; frame" },
		{ { NULL, 0 }, "form-action 'self'; frame" },
		{ STR_INIT(""), "form-action 'self'; frame" },
		{ STR_INIT("https://a; script-src *"),
		  "form-action 'self'; frame" },
		{ STR_INIT("https://a,b"), "form-action 'self'; frame" },
		{ STR_INIT("'unsafe-inline'"), "form-action 'self'; frame" },
		{ STR_INIT("*"), "form-action 'self'; frame" },
		{ STR_INIT("https://a\r\nX: y"), "form-action 'self'; frame" },
		{ STR_INIT("https://caf\xc3\xa9"),
		  "form-action 'self'; frame" },
	};
	struct desk d;

	desk_init(&d, a);
	for (size_t i = 0; i < COUNT(cases); i++) {
		d.form.origin = cases[i].origin;
		show_consent(&d, STR("alice"), 1);
		ok(header_is(&d, cases[i].want), "policy case %zu: %s", i,
		   cases[i].want);
	}
	show_error(&d, STR_NONE, STR_NONE);
	ok(header_is(&d, "Content-Security-Policy: default-src 'none'; "
			 "style-src 'sha256-" PAGE_STYLE_HASH "'; "
			 "form-action 'self'; frame-ancestors 'none'; "
			 "base-uri 'none'\r\n"), "the whole policy");
	ok(header_is(&d, "Content-Type: text/html; charset=utf-8\r\n") &&
	   header_is(&d, "X-Frame-Options: DENY\r\n") &&
	   header_is(&d, "Referrer-Policy: no-referrer\r\n") &&
	   header_is(&d, "Cross-Origin-Opener-Policy: same-origin\r\n") &&
	   header_is(&d, "Cache-Control: no-store\r\n"),
	   "the other header fields of a page");
	ok(times(&d, " style=") == 0 && times(&d, "src=") == 0,
	   "nothing that the policy would stop");
}

static void test_style(struct arena *a)
{
	struct hash h = hash_sha256(STR(PAGE_STYLE));
	struct desk d;
	char want[45];

	base64_of(&h, want);
	ok(strcmp(want, PAGE_STYLE_HASH) == 0,
	   "PAGE_STYLE_HASH is that of PAGE_STYLE: %s", want);
	desk_init(&d, a);
	show_consent(&d, STR("alice"), 1);
	ok(times(&d, "<style>" PAGE_STYLE "</style>") == 1,
	   "the style stands in the page exactly as it was hashed");
	ok(d.reply.body.len < 6144, "and the page is small: %zu bytes",
	   d.reply.body.len);
}

static void test_language(void)
{
	static const struct {
		struct str accept;
		enum page_language want;
	} cases[] = {
		{ { NULL, 0 }, PAGE_ENGLISH },
		{ STR_INIT(""), PAGE_ENGLISH },
		{ STR_INIT("ko"), PAGE_KOREAN },
		{ STR_INIT("ko-KR,ko;q=0.9,en-US;q=0.8"), PAGE_KOREAN },
		{ STR_INIT("DE-at"), PAGE_GERMAN },
		{ STR_INIT("de-Latn-DE"), PAGE_GERMAN },
		{ STR_INIT("fr, ja;q=0.9"), PAGE_ENGLISH },
		{ STR_INIT("fr, de;q=0.1"), PAGE_GERMAN },
		{ STR_INIT("en;q=0.7,de;q=0.8,ko;q=0.75"), PAGE_GERMAN },
		{ STR_INIT("de, ko"), PAGE_GERMAN },
		{ STR_INIT("ko;q=0"), PAGE_ENGLISH },
		{ STR_INIT("ko;q=0.0, de;q=0.001"), PAGE_GERMAN },
		{ STR_INIT(" ko ; Q = 0.5 ,\tde ; q=0.4"), PAGE_KOREAN },
		{ STR_INIT("ko;level=1;q=0.2,de;q=0.3"), PAGE_GERMAN },
		{ STR_INIT("*"), PAGE_ENGLISH },
		{ STR_INIT("fr,*;q=0.5,ko;q=0.4"), PAGE_ENGLISH },
		{ STR_INIT("ko;q=2, de;q=0.1"), PAGE_GERMAN },
		{ STR_INIT("ko;q=1.001, de;q=0.1"), PAGE_GERMAN },
		{ STR_INIT("ko;q=0.9999, de;q=0.1"), PAGE_GERMAN },
		{ STR_INIT("ko;q=, de;q=0.1"), PAGE_GERMAN },
		{ STR_INIT("ko;q, de;q=0.1"), PAGE_GERMAN },
		{ STR_INIT("ko;q=-1, de;q=1.000"), PAGE_GERMAN },
		{ STR_INIT("kok, deu"), PAGE_ENGLISH },
		{ STR_INIT(",;,-,;q=1,ko"), PAGE_KOREAN },
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		ok(page_language(cases[i].accept) == cases[i].want,
		   "Accept-Language '%.*s'", STR_ARG(cases[i].accept));
}

/* ui_locales (OpenID Connect Core section 3.1.2.1) before Accept-Language. */
static void test_ui_locales(struct arena *a)
{
	static const struct {
		struct str ui_locales, accept;
		const char *want;
	} cases[] = {
		{ { NULL, 0 }, STR_INIT("de"), "<html lang=\"de\">" },
		{ STR_INIT(""), STR_INIT("de"), "<html lang=\"de\">" },
		{ STR_INIT("ko"), STR_INIT("de"), "<html lang=\"ko\">" },
		{ STR_INIT("ko"), { NULL, 0 }, "<html lang=\"ko\">" },
		{ STR_INIT("en"), STR_INIT("de"), "<html lang=\"en\">" },
		{ STR_INIT("fr-CA fr de-AT ko"), STR_INIT("en"),
		  "<html lang=\"de\">" },
		{ STR_INIT("  KO-kr  de "), STR_INIT("en"),
		  "<html lang=\"ko\">" },
		{ STR_INIT("fr ja"), STR_INIT("de"), "<html lang=\"de\">" },
		{ STR_INIT("fr"), { NULL, 0 }, "<html lang=\"en\">" },
		{ STR_INIT("*"), STR_INIT("de"), "<html lang=\"de\">" },
		{ STR_INIT("kok deu"), STR_INIT("de"), "<html lang=\"de\">" },
		{ STR_INIT("ko,de"), STR_INIT("de"), "<html lang=\"de\">" },
		{ STR_INIT("ko_KR"), STR_INIT("de"), "<html lang=\"de\">" },
		{ STR_INIT("-ko"), STR_INIT("de"), "<html lang=\"de\">" },
		{ STR_INIT("ko\tde"), STR_INIT("de"), "<html lang=\"de\">" },
		{ STR_INIT(ATTACK), STR_INIT("de"), "<html lang=\"de\">" },
	};
	struct desk d;

	desk_init(&d, a);
	for (size_t i = 0; i < COUNT(cases); i++) {
		d.view.ui_locales = cases[i].ui_locales;
		d.view.languages = cases[i].accept;
		show_sign_in(&d, STR_NONE, PAGE_NONE);
		ok(times(&d, cases[i].want) == 1 &&
		   header_is(&d, "Vary: Accept-Language\r\n"),
		   "ui_locales case %zu: %s", i, cases[i].want);
	}
}

/* Every page in every language: each {name} of a message has its value. */
static void test_languages(struct arena *a)
{
	static const struct {
		struct str accept;
		const char *lang, *field, *word;
	} cases[] = {
		{ STR_INIT("en"), "<html lang=\"en\">",
		  "Content-Language: en\r\n", "Sign in" },
		{ STR_INIT("ko"), "<html lang=\"ko\">",
		  "Content-Language: ko\r\n", "로그인" },
		{ STR_INIT("de"), "<html lang=\"de\">",
		  "Content-Language: de\r\n", "Anmelden" },
	};
	struct desk d;

	desk_init(&d, a);
	for (size_t i = 0; i < COUNT(cases); i++) {
		d.view.languages = cases[i].accept;
		show_sign_in(&d, STR_NONE, PAGE_TOO_MANY_ATTEMPTS);
		ok(times(&d, cases[i].lang) == 1 &&
		   times(&d, cases[i].word) >= 1 &&
		   header_is(&d, cases[i].field) &&
		   header_is(&d, "Vary: Accept-Language\r\n"),
		   "the sign-in page in '%.*s'", STR_ARG(cases[i].accept));
		show_consent(&d, STR("alice"), 1);
		ok(times(&d, "alice") == 1 && times(&d, "Client") == 1,
		   "the consent page");
		show_consent(&d, STR("alice"), 0);
		ok(times(&d, "Client") == 2, "and without scopes");
		for (int id = PAGE_NONE + 1; id < PAGE_MESSAGES; id++) {
			enum page_language l = (enum page_language)i;

			if (!page_text(l, (enum page_message)id).len)
				ok(false, "message %d has a text", id);
		}
	}
}

int main(void)
{
	struct arena *a = arena_new((size_t)1 << 24);

	test_escaping(a);
	test_template(a);
	test_pages(a);
	test_first(a);
	test_links(a);
	test_policy(a);
	test_style(a);
	test_language();
	test_ui_locales(a);
	test_languages(a);
	arena_free(a);
	return done_testing();
}
