/*
 * form_post.h - the page that hands an answer to the client by POST (OAuth 2.0
 * Form Post Response Mode).
 */
#ifndef PAGE_FORM_POST_H
#define PAGE_FORM_POST_H

#include "http/form.h"
#include "page/page.h"

/*
 * A form with these fields that submits itself to redirect_uri, by a script
 * that the page's policy names by its hash; or by the button where scripts are
 * off.  An error page where redirect_uri is no address to send a person to
 * ("javascript:").
 */
void page_form_post(const struct page_view *v, struct str redirect_uri,
		    const struct field *fields, size_t count);

#endif
