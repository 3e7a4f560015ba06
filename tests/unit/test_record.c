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

/* What has no content is filled up: variables with such as are empty. */
struct part {
	unsigned char version, type;
	size_t length, padding;
	const char *content;
	unsigned char id_xor_1;	/* 0: its id is 1 */
};

#define BEGIN { 1, 1, 8, 0, NULL, 0 }
#define PARAMS(n) { 1, 4, (n), 0, NULL, 0 }
#define INPUT(n) { 1, 5, (n), 0, NULL, 0 }
#define PADDED(type, n, padding) { 1, (type), (n), (padding), NULL, 0 }
#define SAID(s) { 1, 4, sizeof(s) - 1, 0, s, 0 }
#define OF(id, type) { 1, (type), 8, 0, NULL, (id) ^ 1 }
#define NONE { 0, 0, 0, 0, NULL, 0 }

/* A name or a value of 256 bytes. */
#define BYTES16 "0123456789abcdef"
#define BYTES64 BYTES16 BYTES16 BYTES16 BYTES16
#define BYTES256 BYTES64 BYTES64 BYTES64 BYTES64

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
	{ "with padding", { BEGIN, PADDED(4, 30, 2), PARAMS(0),
	  PADDED(5, 9, 255), INPUT(0) }, 0, RECORD_WHOLE },
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
	  { BEGIN, PARAMS(0), PADDED(5, MOST, 9) }, 1, RECORD_PART },
	{ "more than is read, before its variables end",
	  { BEGIN, INPUT(101) }, 0, RECORD_PART },
	{ "more than is read, and all of it",
	  { BEGIN, PARAMS(0), INPUT(101), INPUT(0) }, 0, RECORD_WHOLE },
	{ "the peer gives up", { BEGIN, PADDED(2, 0, 0) }, 0, RECORD_WRONG },
	{ "another version", { { 2, 1, 8, 0, NULL, 0 } }, 0, RECORD_WRONG },
	{ "another version later", { BEGIN, { 0, 4, 0, 0, NULL, 0 } }, 0,
	  RECORD_WRONG },
	{ "variables, of which one has a long value",
	  { BEGIN, SAID("\1\2abc" "\1\x80\0\1\0" "a" BYTES256), PARAMS(0),
	    INPUT(0) }, 0, RECORD_WHOLE },
	{ "with a long name",
	  { BEGIN, SAID("\x80\0\1\0" "\1" BYTES256 "b"), PARAMS(0),
	    INPUT(0) }, 0, RECORD_WHOLE },
	{ "cut in the lengths, the name and the value",
	  { BEGIN, SAID("\x80\0"), SAID("\0\2\x80"), SAID("\0\0\3a"),
	    SAID("bcd"), SAID("e"), PARAMS(0) }, 0, RECORD_PART },
	{ "and with a byte less",
	  { BEGIN, SAID("\x80\0"), SAID("\0\2\x80"), SAID("\0\0\3a"),
	    SAID("bcd"), PARAMS(0) }, 0, RECORD_WRONG },
	{ "a value that is not all there", { BEGIN, SAID("\1\3abc"),
	  PARAMS(0) }, 0, RECORD_WRONG },
	{ "not yet", { BEGIN, SAID("\1\3abc") }, 0, RECORD_PART },
	{ "a length and no other", { BEGIN, SAID("\1"), PARAMS(0) }, 0,
	  RECORD_WRONG },
	{ "a part of a length", { BEGIN, SAID("\1\x80\0"), PARAMS(0) }, 0,
	  RECORD_WRONG },
	{ "as long as anybody's", { BEGIN, SAID("\0\x80\2\x80\0") }, 0,
	  RECORD_PART },
	{ "longer", { BEGIN, SAID("\1\x80\2\x80\0") }, 0, RECORD_WRONG },
	{ "as long as can be said",
	  { BEGIN, SAID("\xff\xff\xff\xff\xff\xff\xff\xff") }, 0,
	  RECORD_WRONG },
	{ "longer than an int says",
	  { BEGIN, SAID("\xff\xff\xff\xff\x80\0\0\2") }, 0,
	  RECORD_WRONG },
	{ "variables after the last", { BEGIN, PARAMS(0), SAID("\1\3"),
	  INPUT(0) }, 0, RECORD_WHOLE },
	{ "what is of another request", { BEGIN, OF(2, 4) }, 0, RECORD_WRONG },
	{ "that begins", { BEGIN, OF(2, 1) }, 0, RECORD_WRONG },
	{ "before this one", { OF(2, 5), BEGIN }, 0, RECORD_WRONG },
	{ "with the number of none", { OF(0, 1) }, 0, RECORD_WRONG },
	{ "variables of one that has not begun", { PARAMS(2), BEGIN }, 0,
	  RECORD_WRONG },
	{ "a record of management", { OF(0, 9), BEGIN, PARAMS(0), INPUT(0) },
	  0, RECORD_WRONG },
	{ "in the middle", { BEGIN, OF(0, 9) }, 0, RECORD_WRONG },
};

static void add_part(struct buf *b, const struct part *part)
{
	buf_char(b, (char)part->version);
	buf_char(b, (char)part->type);
	buf_char(b, '\0');
	buf_char(b, (char)(part->id_xor_1 ^ 1));
	buf_char(b, (char)(part->length >> 8));
	buf_char(b, (char)(part->length & 0xff));
	buf_char(b, (char)part->padding);
	buf_char(b, '\0');
	if (part->content)
		buf_add(b, (struct str){ part->content, part->length });
	for (size_t i = 0; !part->content && i < part->length; i++)
		buf_char(b, part->type == 4 ? '\0' : 'x');
	for (size_t i = 0; i < part->padding; i++)
		buf_char(b, 'x');
}

static struct str bytes_of(struct arena *a, const struct part *parts,
			   size_t cut)
{
	struct buf b;

	buf_init(&b, a);
	for (; parts->type; parts++)
		add_part(&b, parts);
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
