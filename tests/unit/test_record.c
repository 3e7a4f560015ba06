/*
 * test_record.c - how much of a FastCGI request has arrived (FastCGI
 * Specification 1.0, section 3.3).
 */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "http/record.h"
#include "tap.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MOST 100

/* Records as letters: type, then the length of its content. */
struct part {
	unsigned char version, type;
	size_t length, padding;
};

#define BEGIN { 1, 1, 8, 0 }
#define PARAMS(n) { 1, 4, (n), 0 }
#define INPUT(n) { 1, 5, (n), 0 }
#define NONE { 0, 0, 0, 0 }

static const struct {
	const char *what;
	struct part parts[8];
	size_t cut;		/* bytes that have not come yet */
	enum record_state state;
} cases[] = {
	{ "nothing", { NONE }, 0, RECORD_PART },
	{ "a request without a body",
	  { BEGIN, PARAMS(30), PARAMS(0), INPUT(0) }, 0, RECORD_WHOLE },
	{ "with one", { BEGIN, PARAMS(30), PARAMS(0), INPUT(9), INPUT(0) }, 0,
	  RECORD_WHOLE },
	{ "with padding", { BEGIN, { 1, 4, 30, 2 }, PARAMS(0),
	  { 1, 5, 9, 255 }, INPUT(0) }, 0, RECORD_WHOLE },
	{ "the last byte is missing",
	  { BEGIN, PARAMS(30), PARAMS(0), INPUT(9), INPUT(0) }, 1,
	  RECORD_PART },
	{ "the end of its input is missing",
	  { BEGIN, PARAMS(30), PARAMS(0), INPUT(9) }, 0, RECORD_PART },
	{ "the end of its variables is missing",
	  { BEGIN, PARAMS(30), INPUT(0) }, 0, RECORD_PART },
	{ "its input ends before its variables do",
	  { BEGIN, INPUT(0), PARAMS(0) }, 0, RECORD_PART },
	{ "as much as is read", { BEGIN, PARAMS(0), INPUT(MOST) }, 0,
	  RECORD_PART },
	{ "more than is read", { BEGIN, PARAMS(0), INPUT(60), INPUT(41) }, 0,
	  RECORD_LONG },
	{ "more than is read, in a record that is still coming",
	  { BEGIN, PARAMS(0), INPUT(60000) }, 60000 - MOST - 1, RECORD_LONG },
	{ "not quite more", { BEGIN, PARAMS(0), INPUT(60000) }, 60000 - MOST,
	  RECORD_PART },
	{ "as much, and padding that is still coming",
	  { BEGIN, PARAMS(0), { 1, 5, MOST, 9 } }, 1, RECORD_PART },
	{ "more than is read, before its variables end",
	  { BEGIN, INPUT(101) }, 0, RECORD_PART },
	{ "more than is read, and all of it",
	  { BEGIN, PARAMS(0), INPUT(101), INPUT(0) }, 0, RECORD_WHOLE },
	{ "the peer gives up", { BEGIN, { 1, 2, 0, 0 } }, 0, RECORD_WRONG },
	{ "another version", { { 2, 1, 8, 0 } }, 0, RECORD_WRONG },
	{ "another version later", { BEGIN, { 0, 4, 0, 0 } }, 0,
	  RECORD_WRONG },
	{ "a record of management", { { 1, 9, 20, 0 }, BEGIN, PARAMS(0),
	  INPUT(0) }, 0, RECORD_WHOLE },
};

static struct str bytes_of(struct arena *a, const struct part *parts,
			   size_t cut)
{
	struct buf b;

	buf_init(&b, a);
	for (; parts->type; parts++) {
		buf_char(&b, (char)parts->version);
		buf_char(&b, (char)parts->type);
		buf_add(&b, (struct str){ "\0\1", 2 });
		buf_char(&b, (char)(parts->length >> 8));
		buf_char(&b, (char)(parts->length & 0xff));
		buf_char(&b, (char)parts->padding);
		buf_char(&b, '\0');
		for (size_t i = 0; i < parts->length + parts->padding; i++)
			buf_char(&b, 'x');
	}
	return (struct str){ b.len ? b.ptr : "", b.len - cut };
}

int main(void)
{
	struct arena *a = arena_new((size_t)4 << 20);

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct str all = bytes_of(a, cases[i].parts, cases[i].cut);

		ok(record_state(all, MOST) == cases[i].state, "%s",
		   cases[i].what);
	}
	/* However it is cut, what is not whole is said to be a part. */
	{
		struct str all = bytes_of(a, cases[2].parts, 0);
		size_t n = 0;

		while (n < all.len &&
		       record_state((struct str){ all.ptr, n }, MOST) ==
			       RECORD_PART)
			n++;
		ok(n == all.len, "cut at every byte");
	}
	arena_free(a);
	return done_testing();
}
