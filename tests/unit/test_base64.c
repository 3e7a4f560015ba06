/*
 * test_base64.c - base64url and base64 (RFC 4648); one value, one spelling.
 */
#include <string.h>

#include "base/arena.h"
#include "base/base64.h"
#include "tap.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *what;
	struct str bytes, url, padded;
} pairs[] = {
	{ "RFC 4648 section 10, nothing", STR_INIT(""), STR_INIT(""),
	  STR_INIT("") },
	{ "RFC 4648 section 10, f", STR_INIT("f"), STR_INIT("Zg"),
	  STR_INIT("Zg==") },
	{ "RFC 4648 section 10, fo", STR_INIT("fo"), STR_INIT("Zm8"),
	  STR_INIT("Zm8=") },
	{ "RFC 4648 section 10, foo", STR_INIT("foo"), STR_INIT("Zm9v"),
	  STR_INIT("Zm9v") },
	{ "RFC 4648 section 10, foob", STR_INIT("foob"), STR_INIT("Zm9vYg"),
	  STR_INIT("Zm9vYg==") },
	{ "RFC 4648 section 10, fooba", STR_INIT("fooba"), STR_INIT("Zm9vYmE"),
	  STR_INIT("Zm9vYmE=") },
	{ "RFC 4648 section 10, foobar", STR_INIT("foobar"),
	  STR_INIT("Zm9vYmFy"), STR_INIT("Zm9vYmFy") },
	{ "RFC 7515 appendix C", STR_INIT("\x03\xEC\xFF\xE0\xC1"),
	  STR_INIT("A-z_4ME"), STR_INIT("A+z/4ME=") },
	{ "RFC 6749 section 2.3.1",
	  STR_INIT("s6BhdRkqt3:7Fjfp0ZBr1KtDRbnfVdmIw"),
	  STR_INIT("czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3"),
	  STR_INIT("czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3") },
};

static void test_pairs(struct arena *a)
{
	for (size_t i = 0; i < COUNT(pairs); i++) {
		const struct str bytes = pairs[i].bytes;
		struct str out = STR_NONE;
		char decoded[64];

		ok(str_eq(base64url_encode(a, bytes.ptr, bytes.len),
			  pairs[i].url), "%s: encoded", pairs[i].what);
		ok(base64url_decode(pairs[i].url, decoded, bytes.len) &&
		   memcmp(decoded, bytes.ptr, bytes.len) == 0,
		   "%s: decoded", pairs[i].what);
		ok(base64url_decode_all(a, pairs[i].url, &out) &&
		   str_eq(out, bytes) && out.ptr[out.len] == '\0',
		   "%s: decoded, whatever its length", pairs[i].what);
		ok(base64_decode(a, pairs[i].padded, &out) &&
		   str_eq(out, bytes) && out.ptr[out.len] == '\0',
		   "%s: decoded with padding", pairs[i].what);
	}
}

static const struct {
	const char *what;
	struct str text;
	size_t n;
} bad_url[] = {
	{ "padding", STR_INIT("Zg=="), 1 },
	{ "the other alphabet", STR_INIT("A+z/4ME"), 5 },
	{ "a space", STR_INIT("Zm 9v"), 3 },
	{ "a newline at the end", STR_INIT("Zm9v\n"), 3 },
	{ "four bits left over", STR_INIT("Zh"), 1 },
	{ "two bits left over", STR_INIT("Zm9"), 2 },
	{ "a digit too few", STR_INIT("Zm9"), 3 },
	{ "a digit too many", STR_INIT("Zm9vZ"), 3 },
	{ "more bytes than asked for", STR_INIT("Zm9vYmFy"), 3 },
	{ "nothing", STR_INIT(""), 1 },
	{ "absent", { NULL, 0 }, 1 },
	{ "what comes after z", STR_INIT("Zm9{"), 3 },
	{ "what comes after Z", STR_INIT("Zm9["), 3 },
	{ "what comes after 9", STR_INIT("Zm9:"), 3 },
	{ "a NUL", STR_INIT("Zm9\0"), 3 },
	{ "not ASCII", STR_INIT("Zm9\xC3"), 3 },
};

static const struct {
	const char *what;
	struct str text;
} bad_padded[] = {
	{ "no padding", STR_INIT("Zg") },
	{ "half the padding", STR_INIT("Zg=") },
	{ "three of padding", STR_INIT("Z===") },
	{ "padding alone", STR_INIT("====") },
	{ "padding in the middle", STR_INIT("Zg==Zg==") },
	{ "text after the padding", STR_INIT("Zg=a") },
	{ "bits left over", STR_INIT("Zh==") },
	{ "the other alphabet", STR_INIT("A-z_4ME=") },
	{ "a space", STR_INIT("Zm9v ") },
	{ "spaces", STR_INIT("Zm9v    ") },
	{ "a NUL", STR_INIT("Zm9\0") },
	{ "absent", { NULL, 0 } },
};

static void test_refused(struct arena *a)
{
	char out[8] = "as it is";

	for (size_t i = 0; i < COUNT(bad_url); i++) {
		ok(!base64url_decode(bad_url[i].text, out, bad_url[i].n) &&
		   memcmp(out, "as it is", sizeof(out)) == 0,
		   "base64url: %s", bad_url[i].what);
	}
	for (size_t i = 0; i < COUNT(bad_url); i++) {
		const struct str text = bad_url[i].text;
		struct str s = STR("as it was");

		/* Two that are only of another length than was asked for. */
		if (text.len == 0 ? text.ptr != NULL : text.len == 8)
			continue;
		ok(!base64url_decode_all(a, text, &s) &&
		   str_eq(s, STR("as it was")),
		   "base64url of any length: %s", bad_url[i].what);
	}
	for (size_t i = 0; i < COUNT(bad_padded); i++) {
		struct str s = STR("as it was");

		ok(!base64_decode(a, bad_padded[i].text, &s) &&
		   str_eq(s, STR("as it was")), "base64: %s",
		   bad_padded[i].what);
	}
}

/* Of every length: back to where it came from. */
static void test_round(struct arena *a)
{
	unsigned char bytes[BASE64URL_MAX], back[BASE64URL_MAX];
	size_t good = 0;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)(i * 167 + 13);
	for (size_t n = 0; n <= sizeof(bytes); n++) {
		struct str s = base64url_encode(a, bytes, n), all;

		good += s.len == BASE64URL_LEN(n) &&
			base64url_decode(s, back, n) &&
			memcmp(bytes, back, n) == 0 &&
			base64url_decode_all(a, s, &all) && all.len == n &&
			memcmp(bytes, all.ptr, n) == 0;
	}
	ok(good == sizeof(bytes) + 1, "every length there and back");
}

int main(void)
{
	struct arena *a = arena_new((size_t)1 << 20);

	test_pairs(a);
	test_refused(a);
	test_round(a);
	arena_free(a);
	return done_testing();
}
