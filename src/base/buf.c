/* buf.c - a string that grows, in an arena. */
#include "base/buf.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"

#define BUF_FIRST 128

void buf_init(struct buf *b, struct arena *a)
{
	*b = (struct buf){ .arena = a };
}

/* More room, for n bytes and a NUL. */
static void grow(struct buf *b, size_t n)
{
	size_t room = b->room ? b->room : BUF_FIRST;
	char *ptr;

	while (room <= b->len + n)
		room *= 2;
	ptr = arena_alloc(b->arena, room);
	if (b->len > 0)
		memcpy(ptr, b->ptr, b->len);
	b->ptr = ptr;
	b->room = room;
}

static inline void make_room(struct buf *b, size_t n)
{
	if (b->len + n >= b->room)
		grow(b, n);
}

void buf_add(struct buf *b, struct str s)
{
	make_room(b, s.len);
	if (s.len > 0)
		memcpy(b->ptr + b->len, s.ptr, s.len);
	b->len += s.len;
}

void buf_char(struct buf *b, char c)
{
	make_room(b, 1);
	b->ptr[b->len++] = c;
}

void buf_number(struct buf *b, long long value)
{
	char digits[sizeof("-9223372036854775808")];
	size_t at = sizeof(digits);
	unsigned long long left = (unsigned long long)value;

	if (value < 0)
		left = -left;
	do {
		digits[--at] = (char)('0' + left % 10);
		left /= 10;
	} while (left > 0);
	if (value < 0)
		digits[--at] = '-';
	buf_add(b, (struct str){ digits + at, sizeof(digits) - at });
}

/* Printed where there is room, as there mostly is, and again where not. */
void buf_addf(struct buf *b, const char *format, ...)
{
	va_list args;
	int n;

	make_room(b, BUF_FIRST / 2);
	va_start(args, format);
	n = vsnprintf(b->ptr + b->len, b->room - b->len, format, args);
	va_end(args);
	assert(n >= 0);
	if ((size_t)n >= b->room - b->len) {
		grow(b, (size_t)n);
		va_start(args, format);
		(void)vsnprintf(b->ptr + b->len, (size_t)n + 1, format, args);
		va_end(args);
	}
	b->len += (size_t)n;
}

struct str buf_str(struct buf *b)
{
	make_room(b, 0);
	b->ptr[b->len] = '\0';
	return (struct str){ b->ptr, b->len };
}
