/* utf8.c - UTF-8 (RFC 3629), strictly. */
#include "base/utf8.h"

size_t utf8_next(struct str s, unsigned *code)
{
	static const unsigned least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned first, c;
	size_t n;

	if (s.len == 0)
		return 0;
	first = (unsigned char)s.ptr[0];
	if (first < 0x80) {
		*code = first;
		return 1;
	}
	if (first < 0xc2 || first > 0xf4)
		return 0;
	n = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
	if (s.len < n)
		return 0;
	c = first & (0xffu >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if (((unsigned char)s.ptr[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | ((unsigned char)s.ptr[i] & 0x3f);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*code = c;
	return n;
}

bool utf8_valid(struct str s)
{
	unsigned code;
	size_t n;

	while (s.len > 0) {
		n = utf8_next(s, &code);
		if (n == 0)
			return false;
		s = str_skip(s, n);
	}
	return true;
}
