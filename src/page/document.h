/*
 * document.h - what every page is: a language, a frame of HTML, header fields.
 *
 * Only for the pages of this folder.
 */
#ifndef PAGE_DOCUMENT_H
#define PAGE_DOCUMENT_H

#include "page/page.h"

/* Where the parts of one page are built, and in which language. */
struct draft {
	struct arena *arena;
	enum page_language language;
};

struct draft draft_of(const struct page_view *v);

struct str draft_text(const struct draft *d, enum page_message id);

/*
 * A message with its one value put in, as HTML.  The value is kept from
 * rearranging what stands around it, whatever direction it is written in.
 */
struct str draft_message(const struct draft *d, enum page_message id,
			 const char *name, struct str value);

/* A page, and what its Content-Security-Policy allows it (CSP3). */
struct document {
	enum page_message title;
	struct str head, content;	/* HTML; head may be absent */
	struct str form_origin;		/* as in page_form, or absent */
	struct str script_hash;		/* of its one script, or absent */
	const struct str *frames;	/* whom it frames; origins */
	size_t frame_count;
	struct str framed_by;		/* an origin, or absent: nobody's */
};

/* The whole document, with its header fields. */
void document_show(const struct page_view *v, int status,
		   const struct document *doc);

#endif
