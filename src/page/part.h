/*
 * part.h - what several pages have: HTML to be put into their templates.
 *
 * Only for the pages of this folder.
 */
#ifndef PAGE_PART_H
#define PAGE_PART_H

#include "page/document.h"

/* The client's initial, to tell clients apart at a glance. */
struct str part_mark(const struct draft *d, struct str client_name);

/* The fields "request" and "form_token". */
struct str part_hidden(const struct draft *d, const struct page_form *form);

/* Why the form is shown again; nothing for PAGE_NONE. */
struct str part_fault(const struct draft *d, enum page_message fault);

/*
 * In the field that has the focus: it is read aloud, and with it what went
 * wrong.
 */
struct str part_focus(enum page_message fault);

/* The scopes in words; without any, what consent gives all the same. */
struct str part_scopes(const struct draft *d, const struct page_client *client,
		       const struct page_scope *scopes, size_t count);

/* Where either button leads, and where to read about the client. */
struct str part_about(const struct draft *d, const struct page_client *client);

#endif
