/* record.c - how much of a FastCGI request has arrived. */
#include "http/record.h"

#define HEADER_LEN 8
#define VERSION 1

enum record_type {
	BEGIN_REQUEST = 1,
	ABORT_REQUEST = 2,
	PARAMS = 4,
	INPUT = 5
};

struct record {
	unsigned type, id;
	struct str content;	/* what has come of it */
	size_t length;		/* of all of it */
	size_t whole;		/* with header and padding */
};

static bool read_header(struct str arrived, struct record *out)
{
	const unsigned char *h = (const unsigned char *)arrived.ptr;

	if (h[0] != VERSION)
		return false;
	out->type = h[1];
	out->id = (unsigned)h[2] << 8 | h[3];
	out->length = (size_t)h[4] << 8 | h[5];
	out->whole = HEADER_LEN + out->length + h[6];
	/* What stands behind it is padding. */
	out->content = str_skip(arrived, HEADER_LEN);
	if (out->content.len > out->length)
		out->content.len = out->length;
	return true;
}

/* Where in the variables we are: they go on from record to record. */
struct pairs {
	unsigned char lengths[8];	/* of a name and its value (3.4) */
	size_t count;			/* bytes that there are of those */
	size_t rest;			/* of the name and the value */
};

static size_t length_bytes(unsigned char first)
{
	return first & 0x80 ? 4 : 1;
}

static size_t read_length(const unsigned char *b)
{
	if (length_bytes(*b) == 1)
		return *b;
	return (size_t)(b[0] & 0x7f) << 24 | (size_t)b[1] << 16 |
	       (size_t)b[2] << 8 | b[3];
}

/* One more byte of the lengths; false: nobody has such a variable. */
static bool add_length(struct pairs *p, char byte)
{
	size_t first;

	p->lengths[p->count++] = (unsigned char)byte;
	first = length_bytes(p->lengths[0]);
	if (p->count <= first ||
	    p->count < first + length_bytes(p->lengths[first]))
		return true;
	p->rest = read_length(p->lengths) + read_length(p->lengths + first);
	p->count = 0;
	return p->rest <= RECORD_PAIR_MAX;
}

static bool follow(struct pairs *p, struct str content)
{
	while (content.len > 0) {
		const size_t n = p->rest < content.len ? p->rest : content.len;

		p->rest -= n;
		content = str_skip(content, n);
		if (content.len == 0)
			break;
		if (!add_length(p, content.ptr[0]))
			return false;
		content = str_skip(content, 1);
	}
	return true;
}

struct reading {
	unsigned id;		/* the request's; 0: it has not begun */
	bool has_params;	/* all of them */
	struct pairs pairs;
	size_t input;
};

/* False for what libfcgi is not to see. */
static bool take(struct reading *now, const struct record *r)
{
	if (now->id == 0 && r->type == BEGIN_REQUEST)
		now->id = r->id;
	if (now->id == 0 || r->id != now->id || r->type == ABORT_REQUEST)
		return false;
	if (r->type == INPUT)
		now->input += r->content.len;
	if (r->type != PARAMS || now->has_params)
		return true;
	if (r->length > 0)
		return follow(&now->pairs, r->content);
	now->has_params = true;
	return now->pairs.count == 0 && now->pairs.rest == 0;
}

enum record_state record_state(struct str arrived, size_t most)
{
	struct reading now = { .id = 0 };

	while (arrived.len >= HEADER_LEN) {
		struct record r;

		if (!read_header(arrived, &r) || !take(&now, &r))
			return RECORD_WRONG;
		if (arrived.len < r.whole)
			break;
		arrived = str_skip(arrived, r.whole);
		if (now.has_params && r.type == INPUT && r.length == 0)
			return RECORD_WHOLE;
	}
	return now.has_params && now.input > most ? RECORD_LONG : RECORD_PART;
}
