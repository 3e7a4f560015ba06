/* hex.c - hexadecimal digits. */
#include "base/hex.h"

int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int hex_byte(const char *two)
{
	const int high = hex_digit(two[0]);
	const int low = high < 0 ? -1 : hex_digit(two[1]);

	return low < 0 ? -1 : high << 4 | low;
}

bool hex_decode(struct str text, void *out, size_t n)
{
	unsigned char *to = out;

	if (!text.ptr || text.len != 2 * n)
		return false;
	for (size_t i = 0; i < n; i++) {
		const int byte = hex_byte(text.ptr + 2 * i);

		if (byte < 0)
			return false;
		to[i] = (unsigned char)byte;
	}
	return true;
}

bool hex_is(struct str text, struct str bytes)
{
	if (!text.ptr || text.len != 2 * bytes.len)
		return false;
	for (size_t i = 0; i < bytes.len; i++) {
		if (hex_byte(text.ptr + 2 * i) != (unsigned char)bytes.ptr[i])
			return false;
	}
	return true;
}
