/* record.c - how much of a FastCGI request has arrived. */
#include "http/record.h"

#define HEADER_LEN 8
#define VERSION 1

enum record_type { ABORT_REQUEST = 2, PARAMS = 4, INPUT = 5 };

struct record {
	unsigned type;
	size_t length;		/* of its content */
	size_t whole;		/* with header and padding */
};

static bool read_header(struct str arrived, struct record *out)
{
	const unsigned char *h = (const unsigned char *)arrived.ptr;

	if (h[0] != VERSION)
		return false;
	out->type = h[1];
	out->length = (size_t)h[4] << 8 | h[5];
	out->whole = HEADER_LEN + out->length + h[6];
	return true;
}

enum record_state record_state(struct str arrived, size_t most)
{
	bool has_params = false;
	size_t input = 0;

	while (arrived.len >= HEADER_LEN) {
		struct record r;

		if (!read_header(arrived, &r) || r.type == ABORT_REQUEST)
			return RECORD_WRONG;
		/* What stands behind it is padding, and no input. */
		if (r.type == INPUT)
			input += arrived.len - HEADER_LEN < r.length
					 ? arrived.len - HEADER_LEN
					 : r.length;
		if (arrived.len < r.whole)
			break;
		arrived = str_skip(arrived, r.whole);
		if (r.type == PARAMS && r.length == 0)
			has_params = true;
		if (has_params && r.type == INPUT && r.length == 0)
			return RECORD_WHOLE;
	}
	return has_params && input > most ? RECORD_LONG : RECORD_PART;
}
