/* view.c - where a page goes, and in which language. */
#include "endpoint/view.h"

struct page_view view_of(struct exchange *x)
{
	return (struct page_view){
		.reply = &x->reply,
		.arena = x->arena,
		.languages = x->request->languages,
		.ui_locales = x->ui_locales,
	};
}
