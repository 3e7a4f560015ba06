/*
 * base64.h - base64url without padding (RFC 4648 section 5), and the base64
 * with padding that HTTP Basic uses (RFC 4648 section 4).
 *
 * Decoding is strict: another alphabet, white space, missing or superfluous
 * padding and non-zero trailing bits are refused, so that one value has one
 * spelling.
 */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "base/str.h"

#define BASE64URL_LEN(n) (((n) * 4 + 2) / 3)
#define BASE64URL_MAX 256	/* bytes that base64url_decode() can be asked */

/* In the arena, NUL after it. */
struct str base64url_encode(struct arena *a, const void *bytes, size_t n);

/* Exactly n bytes (BASE64URL_MAX or fewer), or false with out untouched. */
bool base64url_decode(struct str text, void *out, size_t n);

/* Any number of bytes, in the arena with a NUL after them.  False, with *out
 * as it was, for the absent and for what base64url_encode() does not write. */
bool base64url_decode_all(struct arena *a, struct str text, struct str *out);

/* Any number of bytes, in the arena with a NUL after them. */
bool base64_decode(struct arena *a, struct str text, struct str *out);

#endif
