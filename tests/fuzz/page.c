/*
 * page.c - the pages, with values of strangers in all places: Accept-Language,
 * ui_locales, and whatever each page has.
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

static void show_sign_in(struct page_view *v, const struct page_form *form,
			 const struct page_client *client, struct str text)
{
	const struct page_scope scope = { text, text };

	page_sign_in(v, 200, form, client, text, PAGE_WRONG_PASSWORD);
	check_reply(v);
	page_create_account(v, 200, form, client, text, text, PAGE_NONE);
	check_reply(v);
	page_consent(v, form, client, text, &scope, 1);
	check_reply(v);
	page_error(v, 400, PAGE_TITLE_BAD_REQUEST, PAGE_BAD_REQUEST, text,
		   text);
	check_reply(v);
}

static void show_device(struct page_view *v, const struct page_form *form,
			const struct page_client *client, struct str text)
{
	const struct page_scope scope = { text, text };
	const struct page_device device = { text, text, 7 };

	page_device_code(v, form, 200, text, PAGE_WRONG_USER_CODE);
	check_reply(v);
	page_device_confirm(v, form, client, text, &device, &scope, 1);
	check_reply(v);
	if (text.len < 256 && !str_has(text, '\0')) {
		page_device_qr(v, text, text, text);
		check_reply(v);
	}
}

static void show_end(struct page_view *v, const struct page_form *form,
		     struct str uri, struct str text)
{
	const struct field field = { text, text };

	page_logout_confirm(v, form, text, text);
	check_reply(v);
	page_logged_out(v, &uri, 1, uri, text);
	check_reply(v);
	page_form_post(v, uri, &field, 1);
	check_reply(v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = fuzz_str(data, size);
	struct arena *a = fuzz_arena();
	struct reply reply;
	struct page_view v = {
		.reply = &reply, .arena = a, .languages = fuzz_line(&rest),
	};
	struct page_form form = { .origin = STR_NONE };
	struct page_client client;
	struct str uri, text;
	struct url u = { .host = STR_NONE };

	v.ui_locales = fuzz_line(&rest);
	uri = fuzz_line(&rest);
	text = rest.ptr ? rest : STR("");
	if (url_parse(uri, &u))
		form.origin = url_origin(a, &u);
	form.action = form.request = form.form_token = text;
	client = (struct page_client){ text, uri, uri, uri, uri, u.host };
	check_template(a, text);
	reply_init(&reply, a);
	/* All of them take long: some, by how much is said. */
	switch (text.len % 3) {
	case 0:
		show_sign_in(&v, &form, &client, text);
		break;
	case 1:
		show_device(&v, &form, &client, text);
		break;
	default:
		show_end(&v, &form, uri, text);
	}
	return 0;
}
