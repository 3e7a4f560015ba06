/*
 * test_page_logout.c - to be asked about signing out, and to be signed out.
 */
#include "page/logout.h"
#include "page_desk.h"

#define BACK "https://client.example/bye"

static void confirm(struct desk *d, struct str username,
		    struct str client_name)
{
	reply_init(&d->reply, d->arena);
	page_logout_confirm(&d->view, &d->form, username, client_name);
}

static void done(struct desk *d, const struct str *iframes, size_t count,
		 struct str return_to)
{
	reply_init(&d->reply, d->arena);
	page_logged_out(&d->view, iframes, count, return_to, STR("Client"));
}

static void test_confirm(struct arena *a)
{
	struct desk d;

	desk_init(&d, a);
	d.form.origin = STR_NONE;
	confirm(&d, STR("alice"), STR("Client"));
	ok(d.reply.status == 200 &&
	   times(&d, "<form method=\"post\" action=\"consent\">") == 1 &&
	   times(&d, "name=\"request\" value=\"client_id=c1&amp;state=s\"") &&
	   times(&d, "name=\"form_token\" value=\"token\""),
	   "a form with its hidden fields");
	ok(times(&d, "<button") == 2 &&
	   times(&d, "name=\"decision\" value=\"sign-out\"") == 1 &&
	   times(&d, "name=\"decision\" value=\"stay\"") == 1,
	   "two decisions");
	ok(times(&d, "<bdi>alice</bdi>") == 1 &&
	   times(&d, "<bdi>Client</bdi> asks you to sign out") == 1,
	   "as whom, and who asks");
	ok(policy_is(&d, "form-action 'self'", "'none'"), "its policy");
	confirm(&d, STR("alice"), STR_NONE);
	ok(times(&d, "<bdi>alice</bdi>") == 1 && times(&d, "asks you") == 0,
	   "nobody asks that we know");

	confirm(&d, STR(ATTACK), STR(ATTACK));
	escaped(&d, 2, "username and client_name");
	d.form = (struct page_form){ STR(ATTACK), STR(ATTACK), STR(ATTACK),
				     STR_NONE };
	confirm(&d, STR("alice"), STR_NONE);
	escaped(&d, 3, "action, request and form_token");
}

static void test_end(struct arena *a)
{
	struct desk d;

	desk_init(&d, a);
	done(&d, NULL, 0, STR_NONE);
	ok(d.reply.status == 200 && times(&d, "You are signed out") == 1 &&
	   times(&d, "You can close this page") == 1,
	   "signed out, and that is all");
	ok(times(&d, "<a ") == 0 && times(&d, "http-equiv") == 0 &&
	   times(&d, "<iframe") == 0 && times(&d, "<form") == 0,
	   "no way on, no frame, no form");
	ok(policy_is(&d, "form-action 'self'", "'none'"), "no frame-src");
}

static void test_return(struct arena *a)
{
	static const struct str frame[] = { STR_INIT("https://a.example/o") };
	struct desk d;

	desk_init(&d, a);
	done(&d, NULL, 0, STR(BACK "?a=1&state='s;t'"));
	ok(times(&d, "<meta http-equiv=\"refresh\" content=\"0;url=" BACK
		     "?a=1&amp;state=&#39;s;t&#39;\">\n</head>") == 1,
	   "on at once, by itself");
	ok(times(&d, "<a href=\"" BACK "?a=1&amp;state=&#39;s;t&#39;\">"
		     "Go back to <bdi>Client</bdi></a>") == 1 &&
	   times(&d, "close this page") == 0, "and by a link");
	done(&d, frame, 1, STR(BACK));
	ok(times(&d, "content=\"2;url=" BACK "\">\n</head>") == 1 &&
	   times(&d, "<a href=\"" BACK "\">") == 1,
	   "later, where there are frames");
	done(&d, NULL, 0, STR("com.example.app:/bye"));
	ok(times(&d, "content=\"0;url=com.example.app:/bye\"") == 1 &&
	   times(&d, "<a href=\"com.example.app:/bye\">") == 1,
	   "to a private-use scheme");

	reply_init(&d.reply, a);
	page_logged_out(&d.view, NULL, 0, STR(BACK), STR_NONE);
	ok(times(&d, "<a href=\"" BACK "\">Continue</a>") == 1,
	   "a client without a name");
	reply_init(&d.reply, a);
	page_logged_out(&d.view, NULL, 0, STR(BACK), STR(ATTACK));
	escaped(&d, 1, "client_name");
}

static void test_return_refused(struct arena *a)
{
	static const struct str cases[] = {
		STR_INIT("javascript:alert(1)"),
		STR_INIT("JAVASCRIPT:alert(1)"),
		STR_INIT("javascript://client.example/%0aalert(1)"),
		STR_INIT(" javascript:alert(1)"),
		STR_INIT("java\tscript:alert(1)"),
		STR_INIT("vbscript:x"), STR_INIT("data:text/html,x"),
		STR_INIT("blob:https://client.example/1"),
		STR_INIT("file:///etc/passwd"),
		STR_INIT("0;url=javascript:alert(1)"),
		STR_INIT("//client.example/"), STR_INIT("/bye"),
		STR_INIT(BACK "\"><script>alert(1)</script>"),
		STR_INIT(BACK " x"), STR_INIT(ATTACK),
		STR_INIT(""), { NULL, 0 },
	};
	struct desk d;

	desk_init(&d, a);
	for (size_t i = 0; i < COUNT(cases); i++) {
		done(&d, NULL, 0, cases[i]);
		ok(d.reply.status == 200 && times(&d, "<a ") == 0 &&
		   times(&d, "http-equiv") == 0 &&
		   times(&d, "close this page") == 1,
		   "no way on to '%.*s'", STR_ARG(cases[i]));
	}
}

static void test_frames(struct arena *a)
{
	static const struct str frames[] = {
		STR_INIT("https://a.example/out?iss=i&sid=s"),
		STR_INIT("https://b.example:8443/out"),
		STR_INIT("https://a.example/other"),
		STR_INIT("http://127.0.0.1:9000/'"),
	};
	struct desk d;

	desk_init(&d, a);
	done(&d, frames, COUNT(frames), STR(BACK));
	ok(times(&d, "<iframe hidden ") == 4 &&
	   times(&d, " referrerpolicy=\"no-referrer\" ") == 4,
	   "a frame each, not seen, not told where from");
	ok(times(&d, " sandbox=\"allow-scripts allow-same-origin "
		     "allow-forms\">") == 4,
	   "which cannot lead the page away");
	ok(times(&d, "src=\"https://a.example/out?iss=i&amp;sid=s\"") == 1 &&
	   times(&d, "src=\"https://b.example:8443/out\"") == 1 &&
	   times(&d, "src=\"https://a.example/other\"") == 1 &&
	   times(&d, "src=\"http://127.0.0.1:9000/&#39;\"") == 1,
	   "each of its URI");
	ok(policy_is(&d, "frame-src https://a.example "
			 "https://b.example:8443 http://127.0.0.1:9000; "
			 "form-action 'self'", "'none'"),
	   "frame-src: their origins, each once, and nothing else");
	ok(header_is(&d, "Referrer-Policy: no-referrer\r\n"),
	   "the page's own referrer policy");
}

static void test_frames_refused(struct arena *a)
{
	static const struct str cases[] = {
		STR_INIT("javascript:alert(1)"), STR_INIT("data:text/html,x"),
		STR_INIT("vbscript:x"), STR_INIT("about:blank"),
		STR_INIT("com.example.app:/out"), STR_INIT("ftp://a.example/"),
		STR_INIT("//a.example/"), STR_INIT("/out"),
		STR_INIT("https://"), STR_INIT("https://" ATTACK),
		STR_INIT("https://a.example/\" onload=\"alert(1)"),
		STR_INIT("https://u@a.example/"),
		STR_INIT(""), { NULL, 0 },
	};
	struct str all[COUNT(cases) + 1];
	struct desk d;

	desk_init(&d, a);
	for (size_t i = 0; i < COUNT(cases); i++) {
		all[i] = cases[i];
		done(&d, &cases[i], 1, STR(BACK));
		ok(times(&d, "<iframe") == 0 &&
		   policy_is(&d, "form-action 'self'", "'none'") &&
		   times(&d, "content=\"0;url=") == 1,
		   "no frame for '%.*s'", STR_ARG(cases[i]));
	}
	all[COUNT(cases)] = STR("https://a.example/out");
	done(&d, all, COUNT(all), STR_NONE);
	ok(times(&d, "<iframe") == 1 &&
	   policy_is(&d, "frame-src https://a.example; form-action 'self'",
		     "'none'"), "among them, the one that is right");
	all[0] = STR("https://a.example;script-src/out");
	done(&d, all, 1, STR_NONE);
	ok(policy_is(&d, "frame-src; form-action 'self'", "'none'"),
	   "a host that would end the directive is not in it");
}

static void test_languages(struct arena *a)
{
	static const struct {
		struct str ui_locales;
		const char *ask, *asked, *out, *back, *end;
	} cases[] = {
		{ STR_INIT("en"), "Do you want to sign out?",
		  "<bdi>Client</bdi> asks you", "You are signed out",
		  "Go back to <bdi>Client</bdi></a>", "You can close" },
		{ STR_INIT("ko"), "로그아웃하시겠습니까?",
		  "<bdi>Client</bdi>에서", "로그아웃되었습니다",
		  "<bdi>Client</bdi> 화면으로 돌아가기</a>", "닫으셔도" },
		{ STR_INIT("de"), "Möchten Sie sich abmelden?",
		  "<bdi>Client</bdi> bittet Sie", "Sie sind abgemeldet",
		  "Zurück zu <bdi>Client</bdi></a>", "Sie können" },
	};
	struct desk d;

	desk_init(&d, a);
	for (size_t i = 0; i < COUNT(cases); i++) {
		d.view.ui_locales = cases[i].ui_locales;
		confirm(&d, STR("alice"), STR("Client"));
		ok(times(&d, cases[i].ask) == 1 &&
		   times(&d, cases[i].asked) == 1 &&
		   times(&d, "<bdi>alice</bdi>") == 1,
		   "the question in '%.*s'", STR_ARG(cases[i].ui_locales));
		done(&d, NULL, 0, STR(BACK));
		ok(times(&d, cases[i].out) == 1 &&
		   times(&d, cases[i].back) == 1, "signed out, and the link");
		done(&d, NULL, 0, STR_NONE);
		ok(times(&d, cases[i].out) == 1 &&
		   times(&d, cases[i].end) == 1, "signed out, and the end");
	}
}

int main(void)
{
	struct arena *a = arena_new((size_t)1 << 24);

	test_confirm(a);
	test_end(a);
	test_return(a);
	test_return_refused(a);
	test_frames(a);
	test_frames_refused(a);
	test_languages(a);
	arena_free(a);
	return done_testing();
}
