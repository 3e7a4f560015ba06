/*
 * view.h - where a page goes, and in which language.
 */
#ifndef ENDPOINT_VIEW_H
#define ENDPOINT_VIEW_H

#include "oauth/exchange.h"
#include "page/page.h"

struct page_view view_of(struct exchange *x);

#endif
