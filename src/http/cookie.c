/* cookie.c - reading the Cookie header. */
#include "http/cookie.h"

struct str cookie_get(struct str header, struct str name)
{
	struct str found = STR_NONE;

	while (header.ptr) {
		struct str value = str_cut(&header, ';'), key;

		while (str_starts(value, STR(" ")))
			value = str_skip(value, 1);
		key = str_cut(&value, '=');
		if (!str_eq(key, name))
			continue;
		if (found.ptr)
			return STR_NONE;
		found = value.ptr ? value : STR("");
	}
	return found;
}
