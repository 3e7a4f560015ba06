/*
 * form.h - application/x-www-form-urlencoded, in query strings and bodies
 * (RFC 6749 appendix B).
 */
#ifndef HTTP_FORM_H
#define HTTP_FORM_H

#include "base/buf.h"

#define FORM_FIELDS_MAX 128	/* more are refused, not dropped */

struct field {
	struct str name, value;	/* decoded; a NUL follows each */
};

struct form {
	struct field *fields;
	size_t count;
};

enum form_status {
	FORM_OK,
	FORM_BAD_ESCAPE,	/* "%", "%1", "%g1", or a NUL in any spelling */
	FORM_BAD_UTF8,		/* decoded bytes that are no UTF-8 */
	FORM_TOO_MANY		/* over FORM_FIELDS_MAX */
};

/*
 * Split and decode.  in: at most what the gateway read.  *out lives as long as
 * the arena and is written only for FORM_OK.  Empty pieces ("a=1&&b=2") are
 * skipped; a piece without '=' is a name with an empty value.
 */
enum form_status form_parse(struct arena *a, struct str in, struct form *out)
	__attribute__((warn_unused_result));

/*
 * The decoding alone, for the halves of Basic credentials (RFC 6749 section
 * 2.3.1).  The result is never longer than in, and followed by a NUL.
 */
enum form_status form_decode(struct arena *a, struct str in, struct str *out)
	__attribute__((warn_unused_result));

/* The value of the only field of that name; absent where it stands never or
 * more than once. */
struct str form_get(const struct form *f, struct str name);

/* "name=value", with '&' before it where the buffer is not empty. */
void form_add(struct buf *b, struct str name, struct str value);

#endif
