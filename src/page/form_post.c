/* form_post.c - the page that hands an answer to the client by POST. */
#include "page/form_post.h"

#include "page/part.h"
#include "page/template.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define SCRIPT "document.forms[0].submit()"

/* BASE64(SHA-256(SCRIPT)); tests/unit/test_page_form_post.c says when not. */
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

		buf_add(&b, template_fill(a,
					  STR("<input type=\"hidden\" "
					      "name=\"{name}\" "
					      "value=\"{value}\">\n"),
					  values, COUNT(values)));
	}
	return buf_str(&b);
}

/*
 * Browsers hold form-action against the redirects after a submission, too, and
 * where the client sends the person after it has the answer is its own affair:
 * so not its origin but its scheme (which for http means https as well, CSP3
 * section 6.7.2.8).
 */
static struct str any_of_scheme(struct arena *a, const struct url *u)
{
	struct buf b;

	buf_init(&b, a);
	buf_add(&b, u->scheme);
	buf_char(&b, ':');
	return buf_str(&b);
}

static struct str content(const struct draft *d, struct str redirect_uri,
			  const struct url *u, const struct field *fields,
			  size_t count)
{
	static const struct str template = STR_INIT(
		"<h1>{continue}</h1>\n"
		"<p>{going_on}</p>\n"
		"<form method=\"post\" action=\"{action}\">\n"
		"{inputs}"
		"<div class=\"choice\">"
		"<button class=\"yes\">{continue}</button></div>\n"
		"</form>\n"
		"<script>" SCRIPT "</script>\n");
	const struct template_value values[] = {
		TEMPLATE_TEXT("continue", draft_text(d, PAGE_CONTINUE)),
		TEMPLATE_BUILT("going_on",
			       draft_message(d, PAGE_GOING_ON_TO, "host",
					     u->host.len ? u->host
							 : u->scheme)),
		TEMPLATE_TEXT("action", redirect_uri),
		TEMPLATE_BUILT("inputs", inputs(d->arena, fields, count)),
	};

	return template_fill(d->arena, template, values, COUNT(values));
}

void page_form_post(const struct page_view *v, struct str redirect_uri,
		    const struct field *fields, size_t count)
{
	struct draft d = draft_of(v);
	struct document doc = {
		.title = PAGE_CONTINUE,
		.script_hash = STR(SCRIPT_HASH),
	};
	struct url u;

	if (!part_may_go_to(redirect_uri, &u)) {
		page_error(v, 400, PAGE_TITLE_BAD_REQUEST,
			   PAGE_BAD_REDIRECT_URI, STR_NONE, STR_NONE);
		return;
	}
	doc.content = content(&d, redirect_uri, &u, fields, count);
	doc.form_origin = any_of_scheme(v->arena, &u);
	/* An application renews its sign-in in a frame (prompt=none). */
	doc.framed_by = url_origin(v->arena, &u);
	document_show(v, 200, &doc);
}
