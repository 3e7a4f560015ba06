/*
 * test_hex.c - hexadecimal digits.
 */
#include <string.h>

#include "base/hex.h"
#include "tap.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void test_every_digit(void)
{
	static const char digits[] = "0123456789abcdefABCDEF";
	bool good = true;

	for (int c = 0; c < 256; c++) {
		const char *at = c ? strchr(digits, c) : NULL;
		const int n = at ? (int)(at - digits) : -1;

		good &= hex_digit((char)c) == (n < 16 ? n : n - 6);
	}
	ok(good, "each character is the digit that it is, or none");
}

static void test_every_byte(void)
{
	bool good = true;

	for (int n = 0; n < 256; n++) {
		char text[3];

		(void)snprintf(text, sizeof(text), "%02x", (unsigned)n);
		good &= hex_byte(text) == n;
		(void)snprintf(text, sizeof(text), "%02X", (unsigned)n);
		good &= hex_byte(text) == n;
	}
	ok(good, "each byte is what its two digits say");
	ok(hex_byte("g0") == -1 && hex_byte("0g") == -1 && hex_byte("0") == -1,
	   "two digits that are none");
	ok(hex_byte("") == -1, "nothing is read behind a NUL");
}

static const struct {
	const char *what;
	struct str text, bytes;
	bool good;
} cases[] = {
	{ "RFC 4648 section 10, nothing", STR_INIT(""), STR_INIT(""), true },
	{ "RFC 4648 section 10, foobar", STR_INIT("666F6F626172"),
	  STR_INIT("foobar"), true },
	{ "small letters", STR_INIT("666f6f626172"), STR_INIT("foobar"), true },
	{ "bytes over 127", STR_INIT("00ff80"), STR_INIT("\0\xff\x80"), true },
	{ "a digit too few", STR_INIT("666"), STR_INIT("fo"), false },
	{ "a byte too few", STR_INIT("66"), STR_INIT("fo"), false },
	{ "a byte too many", STR_INIT("666f6f"), STR_INIT("fo"), false },
	{ "a letter that is no digit", STR_INIT("666g"), STR_INIT("fo"),
	  false },
	{ "a NUL", STR_INIT("66\0f"), STR_INIT("fo"), false },
	{ "a space", STR_INIT("66 6"), STR_INIT("fo"), false },
	{ "absent", { NULL, 0 }, STR_INIT(""), false },
};

static void test_cases(void)
{
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct str bytes = cases[i].bytes;
		char out[8];
		bool is_decoded = hex_decode(cases[i].text, out, bytes.len);

		if (is_decoded)
			is_decoded = memcmp(out, bytes.ptr, bytes.len) == 0;
		ok(is_decoded == cases[i].good, "%s: decoded",
		   cases[i].what);
		ok(hex_is(cases[i].text, bytes) == cases[i].good,
		   "%s: compared", cases[i].what);
	}
	ok(!hex_is(STR("666f"), STR("fa")), "other bytes, compared");
}

int main(void)
{
	test_every_digit();
	test_every_byte();
	test_cases();
	return done_testing();
}
