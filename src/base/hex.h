/*
 * hex.h - hexadecimal digits (RFC 4648 section 8), of either case.
 */
#ifndef BASE_HEX_H
#define BASE_HEX_H

#include "base/str.h"

/* 0 to 15, or -1 where c is no hexadecimal digit. */
int hex_digit(char c);

/*
 * The byte of two digits, 0 to 255, or -1 where one of them is none.  two[1] is
 * read only where two[0] is a digit, so a NUL ends it.
 */
int hex_byte(const char *two);

/*
 * Exactly n bytes to out.  False for the absent, and where text is not the
 * digits of n bytes; what out holds then means nothing.
 */
bool hex_decode(struct str text, void *out, size_t n);

/* Is text what hex_decode() makes bytes of?  Not for secrets: secret_eq(). */
bool hex_is(struct str text, struct str bytes);

#endif
