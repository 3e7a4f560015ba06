/*
 * record.c - FastCGI records as they arrive: what is known of a request does
 * not change by what comes after it.
 */
#include "http/record.h"

#include "fuzz.h"

#define MOST 256	/* bytes of input, so that an input can be too long */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct str all = fuzz_str(data, size);
	enum record_state before = RECORD_PART;

	assert(record_state(STR(""), MOST) == RECORD_PART);
	if (size > 1024)
		return 0;
	for (size_t n = 0; n <= size; n++) {
		const struct str part = { all.ptr, n };
		const enum record_state now = record_state(part, MOST);

		/* What is wrong after a request is the next one's affair. */
		assert(before != RECORD_WHOLE || now == RECORD_WHOLE);
		assert(before != RECORD_WRONG || now == RECORD_WRONG);
		assert(before != RECORD_LONG || now != RECORD_PART);
		before = now;
	}
	return 0;
}
