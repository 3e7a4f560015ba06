/*
 * cache_control.h - how long an answer is fresh (RFC 9111).
 */
#ifndef HTTP_CACHE_CONTROL_H
#define HTTP_CACHE_CONTROL_H

#include "base/str.h"

/* Without the white space around it (RFC 9110 section 5.5). */
struct str field_trim(struct str s);

/*
 * Seconds that a Cache-Control field grants; 0: it must not be kept.  before:
 * what an earlier one granted, or negative.  Of several the shortest (RFC 9111
 * section 4.2.1), negative where none says anything.  Pure.
 */
long long cache_control_max_age(struct str value, long long before);

#endif
