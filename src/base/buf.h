/*
 * buf.h - a string that grows, in an arena.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/str.h"

struct buf {
	struct arena *arena;
	char *ptr;
	size_t len, room;
};

/* Nothing is allocated until something is added. */
void buf_init(struct buf *b, struct arena *a);

void buf_add(struct buf *b, struct str s);
void buf_char(struct buf *b, char c);

/* In decimal. */
void buf_number(struct buf *b, long long value);

void buf_addf(struct buf *b, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * What was added so far, followed by a NUL.  Valid until the next addition.
 * Empty, never absent.
 */
struct str buf_str(struct buf *b);

#endif
