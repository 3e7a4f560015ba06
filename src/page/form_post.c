/* form_post.c - the page that hands an answer to the client by POST. */
#include "page/form_post.h"

#include "http/url.h"
#include "page/template.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SCRIPT "document.forms[0].submit()"
/* BASE64(SHA-256(SCRIPT)) */
#define SCRIPT_HASH "ePniVEkSivX/c7XWBGafqh8tSpiRrKiqYeqbG7N1TOE="

static struct str inputs(struct arena *a, const struct field *fields,
			 size_t count)
{
	struct buf b;

	buf_init(&b, a);
	for (size_t i = 0; i < count; i++) {
		const struct template_value values[] = {
			TEMPLATE_TEXT("name", fields[i].name),
			TEMPLATE_TEXT("value", fields[i].value),
		};

		buf_add(&b, template_fill(a, STR(
			"<input type=\"hidden\" name=\"{name}\" "
			"value=\"{value}\">\n"), values, COUNT(values)));
	}
	return buf_str(&b);
}

void page_form_post(const struct page_view *v, struct str redirect_uri,
		    const struct field *fields, size_t count)
{
	const struct template_value values[] = {
		TEMPLATE_TEXT("action", redirect_uri),
		TEMPLATE_BUILT("inputs", inputs(v->arena, fields, count)),
	};
	struct reply *r = v->reply;

	reply_header(r, STR("Content-Type"), STR("text/html; charset=utf-8"));
	reply_header(r, STR("Content-Security-Policy"),
		     STR("default-src 'none'; script-src 'sha256-" SCRIPT_HASH
			 "'; frame-ancestors 'none'; base-uri 'none'"));
	buf_add(&r->body, template_fill(v->arena, STR(
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>"
		"<meta charset=\"utf-8\"><title>Continue</title></head>\n"
		"<body>\n<form method=\"post\" action=\"{action}\">\n{inputs}"
		"<noscript><button>Continue</button></noscript>\n</form>\n"
		"<script>" SCRIPT "</script>\n</body>\n</html>\n"),
		values, COUNT(values)));
}
