/*
 * page.c - the pages, with values of strangers in all places.
 *
 * An input's first line says which page, the next are Accept-Language,
 * ui_locales and a URI, and the rest is whatever else that page has.
 */
#include "html.h"
#include "http/url.h"
#include "page/create_account.h"
#include "page/device.h"
#include "page/form_post.h"
#include "page/logout.h"
#include "page/template.h"

/* What is put in comes out again, and nothing of it is markup. */
static void check_template(struct arena *a, struct str text)
{
	const struct template_value values[] = {
		TEMPLATE_TEXT("a", text), TEMPLATE_BUILT("b", STR("<br>")),
	};
	const struct str got = template_fill(a, STR("{a}<p title=\"{a}\">{b}"),
					     values, COUNT(values));
	size_t quotes = 0, tags = 0;

	for (size_t i = 0; i < got.len; i++) {
		quotes += got.ptr[i] == '"';
		tags += got.ptr[i] == '<';
		assert(got.ptr[i] != '\'');
	}
	assert(quotes == 2 && tags == 2 && str_ends(got, STR("<br>")));
}

/* Header fields that are no more than they should be. */
static void check_reply(struct page_view *v)
{
	struct str headers = buf_str(&v->reply->headers);

	html_check(buf_str(&v->reply->body));
	while (headers.len > 0) {
		struct str line = str_cut(&headers, '\n');

		assert(str_ends(line, STR("\r")) && str_has(line, ':'));
		if (!str_starts(line, STR("Content-Security-Policy: ")))
			continue;
		assert(fuzz_has(line, STR("default-src 'none'")));
		assert(!fuzz_has(line, STR("'unsafe")));
		assert(!str_has(line, ','));
	}
	reply_init(v->reply, v->arena);
}

struct shown {
	struct page_view *view;
	struct page_form form;
	struct page_client client;
	struct page_scope scope;
	struct str uri, text;
};

static void show_template(const struct shown *s)
{
	check_template(s->view->arena, s->text);
}

static void show_sign_in(const struct shown *s)
{
	page_sign_in(s->view, 200, &s->form, &s->client, s->text,
		     PAGE_WRONG_PASSWORD);
}

static void show_create_account(const struct shown *s)
{
	page_create_account(s->view, 200, &s->form, &s->client, s->text,
			    s->text, PAGE_NONE);
}

static void show_consent(const struct shown *s)
{
	page_consent(s->view, &s->form, &s->client, s->text, &s->scope, 1);
}

static void show_error(const struct shown *s)
{
	page_error(s->view, 400, PAGE_TITLE_BAD_REQUEST, PAGE_BAD_REQUEST,
		   s->text, s->text);
}

static void show_device_code(const struct shown *s)
{
	page_device_code(s->view, &s->form, 200, s->text,
			 PAGE_WRONG_USER_CODE);
}

static void show_device_confirm(const struct shown *s)
{
	const struct page_device device = { s->text, s->text, 7 };

	page_device_confirm(s->view, &s->form, &s->client, s->text, &device,
			    &s->scope, 1);
}

static void show_device_qr(const struct shown *s)
{
	if (s->text.len < 256 && !str_has(s->text, '\0'))
		page_device_qr(s->view, s->text, s->text, s->text);
}

static void show_logout_confirm(const struct shown *s)
{
	page_logout_confirm(s->view, &s->form, s->text, s->text);
}

static void show_logged_out(const struct shown *s)
{
	page_logged_out(s->view, &s->uri, 1, s->uri, s->text);
}

static void show_form_post(const struct shown *s)
{
	const struct field field = { s->text, s->text };

	page_form_post(s->view, s->uri, &field, 1);
}

static const struct {
	struct str name;
	void (*show)(const struct shown *s);
} pages[] = {
	{ STR_INIT("template"), show_template },
	{ STR_INIT("sign_in"), show_sign_in },
	{ STR_INIT("create_account"), show_create_account },
	{ STR_INIT("consent"), show_consent },
	{ STR_INIT("error"), show_error },
	{ STR_INIT("device_code"), show_device_code },
	{ STR_INIT("device_confirm"), show_device_confirm },
	{ STR_INIT("device_qr"), show_device_qr },
	{ STR_INIT("logout_confirm"), show_logout_confirm },
	{ STR_INIT("logged_out"), show_logged_out },
	{ STR_INIT("form_post"), show_form_post },
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = fuzz_str(data, size), name = fuzz_line(&rest);
	struct arena *a = fuzz_arena();
	struct reply reply;
	struct page_view v = {
		.reply = &reply, .arena = a, .languages = fuzz_line(&rest),
	};
	struct shown s = { .view = &v };
	struct url u = { .host = STR_NONE };

	v.ui_locales = fuzz_line(&rest);
	s.uri = fuzz_line(&rest);
	s.text = rest.ptr ? rest : STR("");
	if (url_parse(s.uri, &u))
		s.form.origin = url_origin(a, &u);
	s.form.action = s.form.request = s.form.form_token = s.text;
	s.client = (struct page_client){ s.text, s.uri, s.uri, s.uri, s.uri,
					 u.host };
	s.scope = (struct page_scope){ s.text, s.text };
	reply_init(&reply, a);
	for (size_t i = 0; i < COUNT(pages); i++) {
		if (str_eq(name, pages[i].name))
			pages[i].show(&s);
	}
	check_reply(&v);
	return 0;
}
