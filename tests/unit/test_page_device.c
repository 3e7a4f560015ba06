/*
 * test_page_device.c - the pages for a device without a browser.
 */
#include "page/device.h"
#include "page/qr.h"
#include "page_desk.h"

#define URI "https://id.example/oauth/device"
#define CODE "WDJB-MJHT"

static const struct page_device television = {
	STR_INIT(CODE), STR_INIT("192.0.2.7"), 300
};

static void ask_code(struct desk *d, int status, struct str user_code,
		     enum page_message fault)
{
	reply_init(&d->reply, d->arena);
	page_device_code(&d->view, &d->form, status, user_code, fault);
}

static void ask(struct desk *d, const struct page_device *device,
		struct str username, size_t scopes)
{
	reply_init(&d->reply, d->arena);
	page_device_confirm(&d->view, &d->form, &d->client, username, device,
			    &d->scope, scopes);
}

static void show_done(struct desk *d, bool allowed)
{
	reply_init(&d->reply, d->arena);
	page_device_done(&d->view, allowed);
}

static void show_qr(struct desk *d, struct str uri, struct str user_code,
		    struct str complete_uri)
{
	reply_init(&d->reply, d->arena);
	page_device_qr(&d->view, uri, user_code, complete_uri);
}

static void desk_of_device(struct desk *d, struct arena *a)
{
	desk_init(d, a);
	d->form.origin = STR_NONE;
	d->client.host = STR_NONE;
}

static void test_code(struct arena *a)
{
	struct desk d;

	desk_of_device(&d, a);
	ask_code(&d, 200, STR_NONE, PAGE_NONE);
	ok(d.reply.status == 200 &&
	   times(&d, "<form method=\"post\" action=\"consent\">") == 1 &&
	   times(&d, "name=\"request\" value=\"client_id=c1&amp;state=s\"") &&
	   times(&d, "name=\"form_token\" value=\"token\""),
	   "a form with its hidden fields");
	ok(times(&d, "name=\"user_code\" class=\"code\" value=\"\" "
		     "inputmode=\"text\" autocapitalize=\"characters\" "
		     "autocomplete=\"off\" spellcheck=\"false\" "
		     "required autofocus>") == 1,
	   "a field for the code");
	ok(times(&d, "role=\"alert\"") == 0, "no fault, no alert");
	ok(policy_is(&d, "form-action 'self'", "'none'"), "its policy");

	ask_code(&d, 400, STR("wdjb-mjhx"), PAGE_WRONG_USER_CODE);
	ok(d.reply.status == 400 &&
	   times(&d, "value=\"wdjb-mjhx\"") == 1 &&
	   times(&d, "role=\"alert\" id=\"fault\">This code") == 1 &&
	   times(&d, "autofocus aria-describedby=\"fault\"") == 1,
	   "a wrong code is told, and shown again");
	ask_code(&d, 429, STR_NONE, PAGE_TOO_MANY_ATTEMPTS);
	ok(d.reply.status == 429 && times(&d, "Too many attempts") == 1,
	   "too many attempts");

	ask_code(&d, 200, STR(ATTACK), PAGE_WRONG_USER_CODE);
	escaped(&d, 1, "user_code");
	d.form = (struct page_form){ STR(ATTACK), STR(ATTACK), STR(ATTACK),
				     STR_NONE };
	ask_code(&d, 200, STR_NONE, PAGE_NONE);
	escaped(&d, 3, "action, request and form_token");
}

static void test_confirm(struct arena *a)
{
	struct desk d;

	desk_of_device(&d, a);
	ask(&d, &television, STR("alice"), 1);
	ok(d.reply.status == 200 &&
	   times(&d, "name=\"request\" value=\"client_id=c1&amp;state=s\"") &&
	   times(&d, "name=\"form_token\" value=\"token\""),
	   "a form with its hidden fields");
	ok(times(&d, "<button") == 3 &&
	   times(&d, "name=\"decision\" value=\"allow\"") == 1 &&
	   times(&d, "name=\"decision\" value=\"deny\"") == 1 &&
	   times(&d, "name=\"decision\" value=\"switch\"") == 1,
	   "three decisions");
	ok(times(&d, ">" CODE "</p>") == 1 &&
	   times(&d, "<bdi>192.0.2.7</bdi>") == 1 &&
	   times(&d, "5 minutes ago") == 1,
	   "the code, from where, and when");
	ok(times(&d, "role=\"note\">Only go on if you started this") == 1,
	   "the warning (RFC 8628 section 5.4)");
	ok(strstr(buf_str(&d.reply.body).ptr, "role=\"note\"") <
	   strstr(buf_str(&d.reply.body).ptr, "<form"),
	   "which stands before what can be pressed");
	ok(times(&d, "Allow <bdi>Client</bdi> on a device") == 1 &&
	   times(&d, "<bdi>alice</bdi>") == 1 &&
	   times(&d, "See your name") == 1,
	   "who asks, whom, and what for");
	ok(times(&d, "you will go back") == 0, "and nobody goes back to it");
	ok(policy_is(&d, "form-action 'self'", "'none'"), "its policy");
	ask(&d, &television, STR("alice"), 0);
	ok(times(&d, "will learn who you are") == 1 && times(&d, "<ul>") == 0,
	   "without scopes: who you are");
}

static void test_confirm_escaping(struct arena *a)
{
	const struct page_device hostile = { STR(ATTACK), STR(ATTACK), 0 };
	struct desk d;

	desk_of_device(&d, a);
	d.client.client_name = STR(ATTACK);
	d.client.client_uri = STR("javascript:alert(1)");
	d.client.policy_uri = STR("https://client.example/" ATTACK);
	d.scope = (struct page_scope){ STR(ATTACK), STR(ATTACK) };
	ask(&d, &hostile, STR(ATTACK), 1);
	escaped(&d, 7, "the device, the client, the person and a scope");
	ok(times(&d, "javascript:") == 0 && times(&d, "<a ") == 1,
	   "no link that runs");
}

static void test_asked(struct arena *a)
{
	static const struct {
		long long seconds;
		const char *want;
	} cases[] = {
		{ 0, ">It asked less than a minute ago.<" },
		{ 59, ">It asked less than a minute ago.<" },
		{ 60, ">It asked a minute ago.<" },
		{ 119, ">It asked a minute ago.<" },
		{ 120, ">It asked 2 minutes ago.<" },
		{ 1799, ">It asked 29 minutes ago.<" },
	};
	struct page_device device = television;
	struct desk d;

	desk_of_device(&d, a);
	for (size_t i = 0; i < COUNT(cases); i++) {
		device.seconds = cases[i].seconds;
		ask(&d, &device, STR("alice"), 1);
		ok(times(&d, cases[i].want) == 1, "%lld seconds ago",
		   cases[i].seconds);
	}
	device.seconds = -1;
	ask(&d, &device, STR("alice"), 1);
	ok(times(&d, "It asked") == 0 && times(&d, "192.0.2.7") == 1,
	   "it is not known when");
	device.address = STR_NONE;
	ask(&d, &device, STR("alice"), 1);
	ok(times(&d, "class=\"soft\"") == 0 && times(&d, CODE) == 1,
	   "nor from where");
}

static void test_done(struct arena *a)
{
	struct desk d;

	desk_of_device(&d, a);
	show_done(&d, true);
	ok(d.reply.status == 200 && times(&d, "<form") == 0 &&
	   times(&d, "Your device is connected") == 2, "allowed");
	show_done(&d, false);
	ok(d.reply.status == 200 && times(&d, "<form") == 0 &&
	   times(&d, "connected") == 0 &&
	   times(&d, "The device was denied access") == 2, "denied");
}

static void test_qr_page(struct arena *a)
{
	struct desk d;
	struct str svg = qr_svg(a, STR(URI "?user_code=" CODE));
	char *late = arena_alloc(a, QR_TEXT_MAX + 1);

	desk_of_device(&d, a);
	show_qr(&d, STR(URI), STR(CODE), STR(URI "?user_code=" CODE));
	ok(d.reply.status == 200 && times(&d, svg.ptr) == 1,
	   "the QR code of the whole address");
	ok(times(&d, "role=\"img\" aria-label=\"QR code of the address\"") &&
	   times(&d, "<code>" URI "</code>") == 1 &&
	   times(&d, ">" CODE "</p>") == 1,
	   "and in words, the address and the code");
	ok(policy_is(&d, "form-action 'self'", "'none'") &&
	   times(&d, " style=") == 0 && times(&d, "<script") == 0,
	   "nothing that the policy would stop");
	show_qr(&d, STR(ATTACK), STR(ATTACK), STR(ATTACK));
	escaped(&d, 2, "the address and the code");
	memset(late, 'x', QR_TEXT_MAX + 1);
	show_qr(&d, STR(URI), STR(CODE),
		(struct str){ late, QR_TEXT_MAX + 1 });
	ok(times(&d, "<svg") == 0 && times(&d, "role=\"img\"") == 0 &&
	   times(&d, "<code>" URI "</code>") == 1,
	   "an address too long for a QR code: only in words");
}

static void test_languages(struct arena *a)
{
	static const struct {
		struct str ui_locales;
		const char *code, *ask, *minutes, *minute, *now, *allowed,
			   *denied, *scan;
	} cases[] = {
		{ STR_INIT("en"), "Connect a device", "Allow <bdi>Client</bdi>",
		  "5 minutes ago", "a minute ago", "less than a minute",
		  "is connected", "was denied", "Scan this" },
		{ STR_INIT("ko"), "기기 연결", "기기의 <bdi>Client</bdi>에",
		  "5분 전에", ">1분 전에", "1분 이내", "연결되었습니다",
		  "거부했습니다", "스캔해" },
		{ STR_INIT("de"), "Gerät verbinden",
		  "<bdi>Client</bdi> auf einem Gerät", "vor 5 Minuten",
		  "vor einer Minute", "weniger als einer Minute",
		  "ist verbunden", "keinen Zugriff", "Scannen Sie" },
	};
	struct desk d;

	desk_of_device(&d, a);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct page_device device = television;

		d.view.ui_locales = cases[i].ui_locales;
		ask_code(&d, 200, STR_NONE, PAGE_WRONG_USER_CODE);
		ok(times(&d, cases[i].code) == 2, "the code in '%.*s'",
		   STR_ARG(cases[i].ui_locales));
		ask(&d, &device, STR("alice"), 1);
		ok(times(&d, cases[i].ask) == 1 &&
		   times(&d, cases[i].minutes) == 1 &&
		   times(&d, "<bdi>192.0.2.7</bdi>") == 1, "the question");
		device.seconds = 60;
		ask(&d, &device, STR("alice"), 1);
		ok(times(&d, cases[i].minute) == 1, "a minute ago");
		device.seconds = 0;
		ask(&d, &device, STR("alice"), 1);
		ok(times(&d, cases[i].now) == 1, "just now");
		show_done(&d, true);
		ok(times(&d, cases[i].allowed) == 2, "allowed");
		show_done(&d, false);
		ok(times(&d, cases[i].denied) == 2, "denied");
		show_qr(&d, STR(URI), STR(CODE), STR(URI));
		ok(times(&d, cases[i].scan) == 1, "the QR code");
	}
}

int main(void)
{
	struct arena *a = arena_new((size_t)1 << 24);

	test_code(a);
	test_confirm(a);
	test_confirm_escaping(a);
	test_asked(a);
	test_done(a);
	test_qr_page(a);
	test_languages(a);
	arena_free(a);
	return done_testing();
}
