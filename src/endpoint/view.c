/* view.c - where a page goes, and in which language. */
#include "endpoint/view.h"

#include "http/url.h"

struct page_view view_of(struct exchange *x)
{
	return (struct page_view){
		.reply = &x->reply,
		.arena = x->arena,
		.languages = x->request->languages,
		.ui_locales = x->ui_locales,
	};
}

struct str view_form_origin(struct exchange *x, struct str uri)
{
	struct buf b;
	struct url u;

	if (!url_parse(uri, &u))
		return STR_NONE;
	buf_init(&b, x->arena);
	buf_add(&b, u.scheme);
	buf_char(&b, ':');
	return buf_str(&b);
}
