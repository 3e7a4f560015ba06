/* base64.c - base64url and base64 (RFC 4648), strict. */
#include "base/base64.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"

static const char url_alphabet[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

struct str base64url_encode(struct arena *a, const void *bytes, size_t n)
{
	const unsigned char *in = bytes;
	char *out = arena_alloc(a, BASE64URL_LEN(n) + 1);
	uint32_t bits = 0;
	unsigned have = 0;
	size_t len = 0;

	for (size_t i = 0; i < n; i++) {
		bits = bits << 8 | in[i];
		for (have += 8; have >= 6; have -= 6)
			out[len++] = url_alphabet[bits >> (have - 6) & 63];
	}
	if (have > 0)
		out[len++] = url_alphabet[bits << (6 - have) & 63];
	return (struct str){ out, len };
}

/* 0 to 63, or -1. c62 and c63 are the alphabet's last two. */
static int digit(char c, char c62, char c63)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == c62)
		return 62;
	return c == c63 ? 63 : -1;
}

/* n bytes from BASE64URL_LEN(n) digits; the bits left over must be zero. */
static bool decode(struct str text, const char last[2], unsigned char *out)
{
	uint32_t bits = 0;
	unsigned have = 0;

	for (size_t i = 0; i < text.len; i++) {
		int d = digit(text.ptr[i], last[0], last[1]);

		if (d < 0)
			return false;
		bits = bits << 6 | (uint32_t)d;
		have += 6;
		if (have >= 8) {
			have -= 8;
			*out++ = (unsigned char)(bits >> have);
		}
	}
	return (bits & ((1u << have) - 1)) == 0;
}

bool base64url_decode(struct str text, void *out, size_t n)
{
	unsigned char bytes[BASE64URL_MAX];
	bool good;

	assert(n <= sizeof(bytes));
	if (text.len != BASE64URL_LEN(n))
		return false;
	good = decode(text, "-_", bytes);
	if (good)
		memcpy(out, bytes, n);
	explicit_bzero(bytes, sizeof(bytes));
	return good;
}

bool base64url_decode_all(struct arena *a, struct str text, struct str *out)
{
	const size_t n = text.len / 4 * 3 + text.len % 4 * 3 / 4;
	char *bytes;

	if (!text.ptr || text.len % 4 == 1)	/* 6 bits make no byte */
		return false;
	bytes = arena_alloc(a, n + 1);
	if (!decode(text, "-_", (unsigned char *)bytes))
		return false;
	*out = (struct str){ bytes, n };
	return true;
}

bool base64_decode(struct arena *a, struct str text, struct str *out)
{
	size_t pad = 0, n;
	char *bytes;

	if (!text.ptr || text.len % 4 != 0)
		return false;
	while (pad < 2 && pad < text.len && text.ptr[text.len - 1 - pad] == '=')
		pad++;
	n = text.len / 4 * 3 - pad;
	bytes = arena_alloc(a, n + 1);
	text.len -= pad;
	if (!decode(text, "+/", (unsigned char *)bytes))
		return false;
	*out = (struct str){ bytes, n };
	return true;
}
