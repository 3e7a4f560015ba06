/*
 * utf8.h - UTF-8 (RFC 3629), strictly: no overlong forms, no surrogates.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/str.h"

/* The bytes of the first character of s, and its code point; 0 where s does
 * not begin with a character. */
size_t utf8_next(struct str s, unsigned *code);

bool utf8_valid(struct str s);

#endif
