/*
 * view.h - where a page goes, and in which language.
 */
#ifndef ENDPOINT_VIEW_H
#define ENDPOINT_VIEW_H

#include "oauth/exchange.h"
#include "page/page.h"

struct page_view view_of(struct exchange *x);

/*
 * What a page_form's origin is where its submission leads to uri.  The page
 * there may lead to another origin at once, and a browser holds the whole chain
 * against the policy (CSP3 section 6.4.2), so that the scheme alone is what can
 * be said.  Absent where uri is none.
 */
struct str view_form_origin(struct exchange *x, struct str uri);

#endif
