/*
 * test_str.c - strings that know their length, buffers and UTF-8.
 */
#include <limits.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "child.h"
#include "tap.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define NONE { NULL, 0 }

static const struct {
	const char *what;
	struct str a, b;
	bool eq, nocase, starts, ends;
} pairs[] = {
	{ "alike", STR_INIT("code"), STR_INIT("code"), true, true, true, true },
	{ "another case", STR_INIT("Basic"), STR_INIT("bASIC"), false, true,
	  false, false },
	{ "a prefix", STR_INIT("codes"), STR_INIT("code"), false, false, true,
	  false },
	{ "a suffix", STR_INIT("encode"), STR_INIT("code"), false, false, false,
	  true },
	{ "longer than it", STR_INIT("co"), STR_INIT("code"), false, false,
	  false, false },
	{ "the empty", STR_INIT("code"), STR_INIT(""), false, false, true,
	  true },
	{ "both empty", STR_INIT(""), STR_INIT(""), true, true, true, true },
	{ "both absent", NONE, NONE, true, true, true, true },
	{ "absent and there", NONE, STR_INIT("a"), false, false, false, false },
	{ "absent and empty", NONE, STR_INIT(""), false, false, true, true },
	{ "empty and absent", STR_INIT(""), NONE, false, false, true, true },
	{ "alike up to a NUL", STR_INIT("a\0b"), STR_INIT("a\0c"), false,
	  false, false, false },
	{ "@ and ` are no letters", STR_INIT("@"), STR_INIT("`"), false, false,
	  false, false },
};

static void test_pairs(void)
{
	for (size_t i = 0; i < COUNT(pairs); i++) {
		ok(str_eq(pairs[i].a, pairs[i].b) == pairs[i].eq &&
		   str_eq_nocase(pairs[i].a, pairs[i].b) == pairs[i].nocase &&
		   str_starts(pairs[i].a, pairs[i].b) == pairs[i].starts &&
		   str_ends(pairs[i].a, pairs[i].b) == pairs[i].ends,
		   "compare: %s", pairs[i].what);
	}
	ok(!str_of(NULL).ptr && str_of("").ptr && str_of("ab").len == 2,
	   "of a C string, NULL being absent");
	ok(str_has(STR("a=b"), '=') && !str_has(STR("ab"), '=') &&
	   !str_has(STR_NONE, '='), "has a byte");
	ok(str_eq(str_skip(STR("code"), 2), STR("de")) &&
	   str_skip(STR("code"), 9).len == 0 && !str_skip(STR_NONE, 1).ptr,
	   "skip, at most all of it");
}

static void test_cut(void)
{
	struct str rest = STR("a,,b"), none = STR_NONE, empty = STR("");

	ok(str_eq(str_cut(&rest, ','), STR("a")) &&
	   str_eq(str_cut(&rest, ','), STR("")) &&
	   str_eq(str_cut(&rest, ','), STR("b")) && !rest.ptr,
	   "cut visits every part");
	rest = STR("a,");
	ok(str_eq(str_cut(&rest, ','), STR("a")) && rest.ptr &&
	   str_eq(str_cut(&rest, ','), STR("")) && !rest.ptr,
	   "the empty one at the end, too");
	ok(!str_cut(&none, ',').ptr && str_cut(&empty, ',').ptr && !empty.ptr,
	   "cut of the absent is absent, of the empty empty");
}

static void test_words(void)
{
	struct str list = STR("  openid   profile "), none = STR_NONE;

	ok(str_eq(str_word(&list), STR("openid")) &&
	   str_eq(str_word(&list), STR("profile")) && !str_word(&list).ptr &&
	   !str_word(&list).ptr && !str_word(&none).ptr,
	   "words, whatever the spaces");
	list = STR("openid profile");
	ok(str_list_has(list, STR("profile")) &&
	   !str_list_has(list, STR("prof")) && !str_list_has(list, STR("")) &&
	   !str_list_has(list, STR_NONE) &&
	   !str_list_has(STR_NONE, STR("profile")),
	   "a list has whole words");
}

static const struct {
	struct str text;
	long long want;		/* -1: no number */
} numbers[] = {
	{ STR_INIT("0"), 0 },
	{ STR_INIT("007"), 7 },
	{ STR_INIT("3600"), 3600 },
	{ STR_INIT("999999999999999999"), 999999999999999999 },
	{ STR_INIT("1000000000000000000"), -1 },
	{ STR_INIT("18446744073709551617"), -1 },
	{ STR_INIT(""), -1 },
	{ NONE, -1 },
	{ STR_INIT("-1"), -1 },
	{ STR_INIT("+1"), -1 },
	{ STR_INIT(" 1"), -1 },
	{ STR_INIT("1 "), -1 },
	{ STR_INIT("1\n"), -1 },
	{ STR_INIT("0x1"), -1 },
	{ STR_INIT("1.0"), -1 },
	{ STR_INIT("1e1"), -1 },
	{ STR_INIT("1\0"), -1 },
	{ STR_INIT("\xD9\xA1"), -1 },	/* ARABIC-INDIC DIGIT ONE */
};

static void test_numbers(void)
{
	for (size_t i = 0; i < COUNT(numbers); i++) {
		long long n = -1;

		ok(str_number(numbers[i].text, &n) == (numbers[i].want >= 0) &&
		   n == numbers[i].want, "number: \"%.*s\"",
		   STR_ARG(numbers[i].text));
	}
}

static void cut_short(const void *text)
{
	(void)str_cstr(arena_new(1024), *(const struct str *)text);
}

static void test_copies(struct arena *a)
{
	struct str s = str_dup(a, STR("a\0b"));

	ok(s.len == 3 && memcmp(s.ptr, "a\0b", 4) == 0, "a copy ends in NUL");
	ok(!str_dup(a, STR_NONE).ptr && str_dup(a, STR("")).ptr,
	   "a copy of the absent is absent");
	ok(strcmp(str_cstr(a, STR("ab")), "ab") == 0 && !str_cstr(a, STR_NONE),
	   "a C string; of the absent, NULL");
	ok(aborts(cut_short, &s), "what a NUL would cut short is none");
}

static void test_buf(struct arena *a)
{
	struct buf b;
	struct str s;
	bool good = true;

	buf_init(&b, a);
	s = buf_str(&b);
	ok(s.ptr && s.len == 0 && *s.ptr == '\0', "an empty buffer is empty");
	for (int i = 0; i < 1000; i++) {
		buf_add(&b, STR("ab"));
		buf_char(&b, '\0');
		buf_addf(&b, "%03d", i);
		buf_add(&b, STR_NONE);
	}
	s = buf_str(&b);
	ok(s.len == 6000 && s.ptr[s.len] == '\0', "its length, and a NUL");
	for (size_t i = 0; i < 1000; i++) {
		char want[8];

		(void)snprintf(want, sizeof(want), "ab%c%03zu", 0, i);
		good = good && memcmp(s.ptr + 6 * i, want, 6) == 0;
	}
	ok(good, "it grows and keeps what was added");
	buf_init(&b, a);
	buf_number(&b, 0);
	buf_number(&b, -7);
	buf_number(&b, LLONG_MAX);
	buf_number(&b, LLONG_MIN);
	ok(str_eq(buf_str(&b), STR("0-79223372036854775807"
				   "-9223372036854775808")), "numbers");
	buf_init(&b, a);
	for (int i = 1; i < 300; i += 13)
		buf_addf(&b, "%*d", i, i);
	s = buf_str(&b);
	ok(s.len == 3312 && str_ends(s, STR(" 287")) &&
	   s.ptr[s.len] == '\0', "printed where there is room, and where not");
	buf_init(&b, a);
	for (int i = 0; i < 127; i++)
		buf_char(&b, 'x');
	s = buf_str(&b);
	ok(strlen(s.ptr) == 127, "a NUL where the room is exactly used");
	buf_add(&b, buf_str(&b));
	ok(buf_str(&b).len == 254, "it can be added to itself");
}

static const struct {
	const char *what;
	struct str text;
	bool want;
} utf8[] = {
	{ "nothing", STR_INIT(""), true },
	{ "ASCII", STR_INIT("az~\x7f"), true },
	{ "NUL", STR_INIT("\0"), true },
	{ "RFC 3629 section 7", STR_INIT("A\xE2\x89\xA2\xCE\x91."), true },
	{ "four bytes", STR_INIT("\xF0\xA3\x8E\xB4"), true },
	{ "U+10FFFF", STR_INIT("\xF4\x8F\xBF\xBF"), true },
	{ "U+110000", STR_INIT("\xF4\x90\x80\x80"), false },
	{ "U+D7FF", STR_INIT("\xED\x9F\xBF"), true },
	{ "a surrogate", STR_INIT("\xED\xA0\x80"), false },
	{ "the last surrogate", STR_INIT("\xED\xBF\xBF"), false },
	{ "NUL in two bytes (RFC 3629 section 10)", STR_INIT("\xC0\x80"),
	  false },
	{ "a slash in two bytes", STR_INIT("\xC0\xAF"), false },
	{ "U+007F in two bytes", STR_INIT("\xC1\xBF"), false },
	{ "U+07FF in three bytes", STR_INIT("\xE0\x9F\xBF"), false },
	{ "U+FFFF in four bytes", STR_INIT("\xF0\x8F\xBF\xBF"), false },
	{ "the end in a character", STR_INIT("a\xE2\x89"), false },
	{ "a continuation alone", STR_INIT("\x80"), false },
	{ "no continuation", STR_INIT("\xC3("), false },
	{ "five bytes", STR_INIT("\xF8\x88\x80\x80\x80"), false },
	{ "0xFF", STR_INIT("\xFF"), false },
	{ "Latin-1", STR_INIT("caf\xE9"), false },
};

static void test_utf8(void)
{
	unsigned code = 0;

	for (size_t i = 0; i < COUNT(utf8); i++) {
		ok(utf8_valid(utf8[i].text) == utf8[i].want, "UTF-8: %s",
		   utf8[i].what);
	}
	ok(utf8_next(STR("\xF0\xA3\x8E\xB4x"), &code) == 4 && code == 0x233b4,
	   "a character and its code point");
	ok(utf8_next(STR(""), &code) == 0, "of nothing, none");
}

int main(void)
{
	struct arena *a = arena_new((size_t)1 << 20);

	test_pairs();
	test_cut();
	test_words();
	test_numbers();
	test_copies(a);
	test_buf(a);
	test_utf8();
	arena_free(a);
	return done_testing();
}
