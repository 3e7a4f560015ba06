/*
 * page.c - a page as the answer of a CGI program, for a browser to be shown.
 * Run by tests/clients/test_pages_chromium.py.
 *
 *	page form_post REDIRECT_URI NAME VALUE...
 *	page logged_out RETURN_TO IFRAME...
 *	page device_qr VERIFICATION_URI USER_CODE COMPLETE_URI
 *	page logout_confirm UI_LOCALES USERNAME
 */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "page/device.h"
#include "page/form_post.h"
#include "page/logout.h"

#define ARGS_MAX 16

struct args {
	struct str all[ARGS_MAX];
	size_t count;
};

static void form_post(const struct page_view *v, const struct args *args)
{
	struct field fields[ARGS_MAX];
	size_t n = 0;

	for (size_t i = 1; i + 1 < args->count; i += 2)
		fields[n++] = (struct field){ args->all[i], args->all[i + 1] };
	page_form_post(v, args->all[0], fields, n);
}

static void logged_out(const struct page_view *v, const struct args *args)
{
	page_logged_out(v, args->all + 1, args->count - 1, args->all[0],
			STR("Client"));
}

static void device_qr(const struct page_view *v, const struct args *args)
{
	page_device_qr(v, args->all[0], args->all[1], args->all[2]);
}

static void logout_confirm(const struct page_view *v, const struct args *args)
{
	const struct page_form form = { .action = STR("logout") };
	struct page_view view = *v;

	view.ui_locales = args->all[0];
	page_logout_confirm(&view, &form, args->all[1], STR_NONE);
}

static const struct {
	const char *name;
	size_t least;		/* arguments */
	void (*show)(const struct page_view *v, const struct args *args);
} pages[] = {
	{ "form_post", 1, form_post },
	{ "logged_out", 1, logged_out },
	{ "device_qr", 3, device_qr },
	{ "logout_confirm", 2, logout_confirm },
};

int main(int argc, char **argv)
{
	struct arena *a = arena_new((size_t)1 << 20);
	struct reply reply;
	const struct page_view v = { .reply = &reply, .arena = a };
	struct args args = { .count = 0 };
	int status = 2;

	reply_init(&reply, a);
	for (int i = 2; i < argc && args.count < ARGS_MAX; i++)
		args.all[args.count++] = str_of(argv[i]);
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		struct str text;

		if (argc < 2 || strcmp(argv[1], pages[i].name) != 0 ||
		    args.count < pages[i].least)
			continue;
		pages[i].show(&v, &args);
		text = reply_text(&reply, a, false);
		fwrite(text.ptr, 1, text.len, stdout);
		status = 0;
	}
	arena_free(a);
	return status;
}
