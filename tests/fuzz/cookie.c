/* cookie.c - the Cookie header: its first line names the cookie. */
#include "http/cookie.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str header = fuzz_str(data, size), value, again;
	const struct str name = fuzz_line(&header);
	struct buf b;

	value = cookie_get(header, name);
	assert(!str_has(value, ';'));
	assert(value.len == 0 || fuzz_is_within(value, header));
	if (!value.ptr || str_has(name, '=') || str_has(name, ';') ||
	    str_starts(name, STR(" ")))
		return 0;
	buf_init(&b, fuzz_arena());
	buf_add(&b, name);
	buf_char(&b, '=');
	buf_add(&b, value);
	again = cookie_get(buf_str(&b), name);
	assert(str_eq(again, value));
	/* Tossed in a second time, it is neither. */
	buf_add(&b, STR("; "));
	buf_add(&b, name);
	buf_add(&b, STR("=x"));
	assert(!cookie_get(buf_str(&b), name).ptr);
	return 0;
}
