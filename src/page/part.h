/*
 * part.h - what several pages have: HTML to be put into their templates.
 *
 * Only for the pages of this folder.
 */
#ifndef PAGE_PART_H
#define PAGE_PART_H

#include "http/url.h"
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

/*
 * The form that asks for consent: as whom the person is signed in, what for,
 * and the buttons of "decision"; and below it, where either leads, and where to
 * read about the client.
 */
struct str part_decision(const struct draft *d, const struct page_form *form,
			 const struct page_client *client, struct str username,
			 const struct page_scope *scopes, size_t count);

/*
 * Is uri one that a page may send a person to?  It is registered, and was
 * looked at before it was; this is against the one that slipped through: what
 * a browser would run, or read, as a page of ours or of nobody.  *out is
 * written only for true.
 */
bool part_may_go_to(struct str uri, struct url *out);

/* Is uri a page or a resource of the web: http or https? */
bool part_is_web(struct str uri, struct url *out);

#endif
