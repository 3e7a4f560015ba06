/*
 * test_json.c - JSON out, and in: what RFC 8259 allows and we do, no more.
 */
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "tap.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void test_writer(struct arena *a)
{
	struct buf b;

	buf_init(&b, a);
	json_object(&b, STR_NONE);
	json_string(&b, STR("access_token"), STR("a\"b"));
	json_string(&b, STR("absent"), STR_NONE);
	json_string(&b, STR("empty"), STR(""));
	json_number(&b, STR("expires_in"), -3600);
	json_bool(&b, STR("active"), true);
	json_object(&b, STR("in"));
	json_object_end(&b);
	json_array(&b, STR("list"));
	json_number(&b, STR_NONE, 1);
	json_array(&b, STR_NONE);
	json_array_end(&b);
	json_bool(&b, STR_NONE, false);
	json_object(&b, STR_NONE);
	json_object_end(&b);
	json_array_end(&b);
	json_words(&b, STR("words"), STR("  code   token "));
	json_words(&b, STR("none"), STR_NONE);
	json_object_end(&b);
	ok(str_eq(buf_str(&b), STR(
		"{\"access_token\":\"a\\\"b\",\"empty\":\"\","
		"\"expires_in\":-3600,\"active\":true,\"in\":{},"
		"\"list\":[1,[],false,{}],\"words\":[\"code\",\"token\"],"
		"\"none\":[]}")), "commas where they belong");
}

static const struct {
	struct str value, want;
} quoted[] = {
	{ STR_INIT("plain"), STR_INIT("\"plain\"") },
	{ STR_INIT("\"\\/"), STR_INIT("\"\\\"\\\\/\"") },
	{ STR_INIT("\n\t\r\b"), STR_INIT("\"\\n\\t\\u000d\\u0008\"") },
	{ STR_INIT("\0\x1f\x7f"), STR_INIT("\"\\u0000\\u001f\\u007f\"") },
	{ STR_INIT("\xE2\x80\xA8\xE2\x80\xA9"),
	  STR_INIT("\"\\u2028\\u2029\"") },
	{ STR_INIT("\xC3\xA9\xF0\x9F\x98\x80"),
	  STR_INIT("\"\xC3\xA9\xF0\x9F\x98\x80\"") },
	{ STR_INIT("a\xFFz"), STR_INIT("\"a\xEF\xBF\xBDz\"") },
	{ STR_INIT("\xED\xA0\x80"),
	  STR_INIT("\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"") },
	{ STR_INIT("cut\xE2\x82"),
	  STR_INIT("\"cut\xEF\xBF\xBD\xEF\xBF\xBD\"") },
};

static const struct {
	struct str value;
	size_t max;
	struct str want;
} cuts[] = {
	{ STR_INIT("abcd"), 4, STR_INIT("\"abcd\"") },
	{ STR_INIT("abcde"), 4, STR_INIT("\"abcd\"") },
	{ STR_INIT("abc\xC3\xA9"), 4, STR_INIT("\"abc\"") },
	{ STR_INIT("abc\""), 4, STR_INIT("\"abc\"") },
	{ STR_INIT("\x01\x01"), 11, STR_INIT("\"\\u0001\"") },
	{ STR_INIT("abc"), 0, STR_INIT("\"\"") },
	{ STR_INIT("ab\xC3\xA9""cd"), 5, STR_INIT("\"ab\xC3\xA9""c\"") },
	{ STR_INIT("ab\xC3\xA9""cd"), 3, STR_INIT("\"ab\"") },
	{ STR_INIT("ab\"cd"), 2, STR_INIT("\"ab\"") },
};

static void test_quoting(struct arena *a)
{
	struct buf b;

	for (size_t i = 0; i < COUNT(quoted); i++) {
		buf_init(&b, a);
		json_string(&b, STR_NONE, quoted[i].value);
		ok(str_eq(buf_str(&b), quoted[i].want), "quoted: %.*s",
		   STR_ARG(quoted[i].want));
	}
	for (size_t i = 0; i < COUNT(cuts); i++) {
		buf_init(&b, a);
		json_string_cut(&b, STR_NONE, cuts[i].value, cuts[i].max);
		ok(str_eq(buf_str(&b), cuts[i].want), "cut: %.*s",
		   STR_ARG(cuts[i].want));
	}
}

#define NEST_8(x) "[[[[[[[[" x "]]]]]]]]"
#define NEST_32(x) NEST_8(NEST_8(NEST_8(NEST_8(x))))

static const struct {
	const char *what;
	struct str text;
	bool want;
} texts[] = {
	{ "RFC 8259 section 13", STR_INIT(
		"{\"Image\":{\"Width\":800,\"Title\":\"View from 15th "
		"Floor\",\"Animated\":false,\"IDs\":[116,943,234,38793]}}"),
	  true },
	{ "a value alone", STR_INIT(" \"x\" "), true },
	{ "white space alone", STR_INIT(" \t\r\n"), false },
	{ "nothing", STR_INIT(""), false },
	{ "absent", { NULL, 0 }, false },
	{ "two values", STR_INIT("{}{}"), false },
	{ "a NUL after it", STR_INIT("{}\0"), false },
	{ "a NUL before it", STR_INIT("\0{}"), false },
	{ "a NUL in a string", STR_INIT("\"a\0\""), false },
	{ "an escaped NUL", STR_INIT("\"a\\u0000b\""), false },
	{ "an escaped NUL in a name", STR_INIT("{\"a\\u0000b\":1}"), false },
	{ "an escaped backslash before u0000", STR_INIT("\"\\\\u0000\""),
	  true },
	{ "a byte order mark", STR_INIT("\xEF\xBB\xBF{}"), false },
	{ "no UTF-8", STR_INIT("\"\xFF\""), false },
	{ "no UTF-8 outside a string", STR_INIT("[\xFF]"), false },
	{ "a surrogate pair", STR_INIT("\"\\uD83D\\ude00\""), true },
	{ "a high surrogate alone", STR_INIT("\"\\uD83D\""), false },
	{ "a high surrogate and text", STR_INIT("\"\\uD83Dabcdef\""), false },
	{ "two high surrogates", STR_INIT("\"\\uD83D\\uD83D\""), false },
	{ "a low surrogate alone", STR_INIT("\"\\uDE00\""), false },
	{ "a control character", STR_INIT("\"\x1f\""), false },
	{ "DEL", STR_INIT("\"\x7f\""), true },
	{ "the same name twice", STR_INIT("{\"a\":1,\"a\":1}"), false },
	{ "the same, spelled otherwise",
	  STR_INIT("{\"a\":1,\"b\":2,\"\\u0061\":3}"), false },
	{ "twice in what is inside", STR_INIT("[{},[{\"a\":1,\"a\":1}]]"),
	  false },
	{ "in two objects", STR_INIT("[{\"a\":1},{\"a\":1}]"), true },
	{ "in another case", STR_INIT("{\"a\":1,\"A\":1}"), true },
	{ "32 levels", STR_INIT(NEST_32("")), true },
	{ "33 levels", STR_INIT(NEST_32("[]")), false },
	{ "32 levels of objects in the last", STR_INIT(NEST_8(NEST_8(NEST_8(
		"[[[[[[[{\"a\":1}]]]]]]]")))), true },
	{ "a comma too many", STR_INIT("[1,]"), false },
	{ "a comma before", STR_INIT("[,1]"), false },
	{ "a comma in an object", STR_INIT("{\"a\":1,}"), false },
	{ "a comment", STR_INIT("[1]//"), false },
	{ "a name without quotes", STR_INIT("{a:1}"), false },
	{ "the wrong bracket", STR_INIT("[1}"), false },
	{ "an end in an escape", STR_INIT("\"\\"), false },
	{ "an end in a code", STR_INIT("\"\\u00"), false },
	{ "an end in a word", STR_INIT("tru"), false },
	{ "a word in capitals", STR_INIT("True"), false },
	{ "NaN", STR_INIT("NaN"), false },
	{ "Infinity", STR_INIT("-Infinity"), false },
	{ "a zero before", STR_INIT("01"), false },
	{ "a plus", STR_INIT("+1"), false },
	{ "a point at the end", STR_INIT("1."), false },
	{ "a point at the start", STR_INIT(".1"), false },
	{ "an escape of its own", STR_INIT("\"\\x41\""), false },
	{ "an escape at the end", STR_INIT("\"\\"), false },
	{ "U+E000, which is no surrogate", STR_INIT("\"\\ue000\""), true },
	{ "a low surrogate first", STR_INIT("\"\\udc00\\ud800\""), false },
	{ "a high surrogate, and no escape", STR_INIT("\"\\ud800x\""), false },
	{ "and another escape", STR_INIT("\"\\ud800\\n\""), false },
	{ "and no digits", STR_INIT("\"\\ud800\\uzzzz\""), false },
	{ "and a letter", STR_INIT("\"\\ud800\\u0041\""), false },
	{ "and what comes after the low ones", STR_INIT("\"\\ud800\\ue000\""),
	  false },
	{ "two of them", STR_INIT("\"\\ud800\\ud800\""), false },
	{ "a pair", STR_INIT("\"\\uD83D\\uDE00\""), true },
	{ "hexadecimal", STR_INIT("0x1"), false },
	{ "an exponent without digits", STR_INIT("1e"), false },
	{ "a sign alone", STR_INIT("-"), false },
	/* Found by fuzzing: it was printed as null. */
	{ "a number that no double can hold", STR_INIT("[1e309]"), false },
	{ "the same below 0", STR_INIT("[-2E+1000]"), false },
	{ "one that is too small, which is 0", STR_INIT("[1e-400]"), true },
};

static void test_texts(struct arena *a)
{
	for (size_t i = 0; i < COUNT(texts); i++) {
		ok((json_parse(a, texts[i].text) != NULL) == texts[i].want,
		   "%s: %s", texts[i].want ? "taken" : "refused",
		   texts[i].what);
		arena_reset(a);
	}
}

static const struct {
	struct str text;
	bool good;
	long long want;
} integers[] = {
	{ STR_INIT("0"), true, 0 },
	{ STR_INIT("-0"), true, 0 },
	{ STR_INIT("-1"), true, -1 },
	{ STR_INIT("1.0"), true, 1 },
	{ STR_INIT("1e3"), true, 1000 },
	{ STR_INIT("9007199254740991"), true, 9007199254740991 },
	{ STR_INIT("-9007199254740991"), true, -9007199254740991 },
	{ STR_INIT("9007199254740992"), false, 0 },
	{ STR_INIT("-9007199254740993"), false, 0 },
	{ STR_INIT("1.5"), false, 0 },
	{ STR_INIT("1e308"), false, 0 },
	{ STR_INIT("1e-400"), true, 0 },
	{ STR_INIT("\"1\""), false, 0 },
	{ STR_INIT("true"), false, 0 },
	{ STR_INIT("null"), false, 0 },
	{ STR_INIT("[1]"), false, 0 },
	/* 63 characters and more are too long for cJSON. */
	{ STR_INIT("1.00000000000000000000000000000000000000000000000000000000"
		   "00000000"), true, 1 },
	{ STR_INIT("0.00000000000000000000000000000000000000000000000000000000"
		   "00000000000000000000000000000000000000000001e99"),
	  false, 0 },
	{ STR_INIT("10000000000000000000000000000000000000000000000000000000"
		   "0000000000e-60"), true, 100000 },
};

static void test_integers(struct arena *a)
{
	for (size_t i = 0; i < COUNT(integers); i++) {
		const struct json *j = json_parse(a, integers[i].text);
		long long n = 0;

		ok(j && json_integer(j, &n) == integers[i].good &&
		   n == integers[i].want, "integer: %.*s",
		   STR_ARG(integers[i].text));
	}
}

static const struct {
	struct str text;
	bool good;
	long long want;
} floors[] = {
	{ STR_INIT("7"), true, 7 },
	{ STR_INIT("7.999"), true, 7 },
	{ STR_INIT("-7.001"), true, -8 },
	{ STR_INIT("-7.0"), true, -7 },
	{ STR_INIT("-0.0"), true, 0 },
	{ STR_INIT("9007199254740991.0"), true, 9007199254740991 },
	{ STR_INIT("9007199254740992"), false, 0 },
	{ STR_INIT("-1e300"), false, 0 },
	{ STR_INIT("\"7\""), false, 0 },
	{ STR_INIT("[7]"), false, 0 },
};

static void test_floors(struct arena *a)
{
	for (size_t i = 0; i < COUNT(floors); i++) {
		const struct json *j = json_parse(a, floors[i].text);
		long long n = 0;

		ok(j && json_floor(j, &n) == floors[i].good &&
		   n == floors[i].want, "floor: %.*s",
		   STR_ARG(floors[i].text));
	}
}

/* What a number is once it has been read and written again: nobody's id may
 * become another's.  No text: the same. */
static const struct {
	struct str text, want;
} numbers[] = {
	{ STR_INIT("0"), { NULL, 0 } },
	{ STR_INIT("-1"), { NULL, 0 } },
	{ STR_INIT("0.1"), { NULL, 0 } },
	{ STR_INIT("4294967296"), { NULL, 0 } },
	/* cJSON writes 8e+15 and 9.00719925474099e+15. */
	{ STR_INIT("8000000000000001"), { NULL, 0 } },
	{ STR_INIT("-9007199254740991"), { NULL, 0 } },
	{ STR_INIT("9007199254740993"), { NULL, 0 } },
	{ STR_INIT("1234567890123456789"), { NULL, 0 } },
	{ STR_INIT("-9223372036854775808"), { NULL, 0 } },
	{ STR_INIT("12345678901234567890123456789012345678901234567890123456"
		   "789012345678901234567890"), { NULL, 0 } },
	{ STR_INIT("0.30000000000000004"), { NULL, 0 } },
	{ STR_INIT("[1,9007199254740993,{\"a\":[2,9007199254740995],\"b\":"
		   "-9007199254740997,\"c\":3},9007199254740999,4.5]"),
	  { NULL, 0 } },
	{ STR_INIT("-0"), STR_INIT("0") },
	{ STR_INIT("1.10"), STR_INIT("1.1") },
	{ STR_INIT("1E3"), STR_INIT("1000") },
	{ STR_INIT("1e15"), STR_INIT("1000000000000000") },
	{ STR_INIT("1e20"), STR_INIT("1e+20") },
	{ STR_INIT("9007199254740993.0"), STR_INIT("9007199254740992") },
	{ STR_INIT("-2.2250738585072014E-308"),
	  STR_INIT("-2.2250738585072014e-308") },
};

static void test_numbers(struct arena *a)
{
	for (size_t i = 0; i < COUNT(numbers); i++) {
		const struct json *j = json_parse(a, numbers[i].text);
		const struct str want = numbers[i].want.ptr ? numbers[i].want
							    : numbers[i].text;

		ok(j && str_eq(json_text_of(a, j), want), "number: %.*s",
		   STR_ARG(numbers[i].text));
	}
}

/* Types, names and neighbours. */
static void test_visit(struct arena *a)
{
	const struct json *j = json_parse(a, STR(
		"{\"a\":{},\"\\u0062\":[1,2],\"c\":null}"));
	const struct json *item = json_item(j, 0);

	ok(json_is_object(j) && !json_is_array(j) && !json_name(j).ptr &&
	   !json_next(j), "the root has no name, and nothing follows it");
	ok(json_is_object(item) && str_eq(json_name(item), STR("a")),
	   "a member has a name");
	item = json_next(item);
	ok(json_is_array(item) && !json_is_object(item) &&
	   str_eq(json_name(item), STR("b")), "without its escapes");
	ok(!json_name(json_item(item, 0)).ptr &&
	   json_next(json_item(item, 0)) == json_item(item, 1) &&
	   !json_next(json_item(item, 1)), "an element has none");
	item = json_next(item);
	ok(!json_is_object(item) && !json_is_array(item) && !json_next(item),
	   "null is neither, and the last");
	ok(!json_is_object(NULL) && !json_is_array(NULL) &&
	   !json_name(NULL).ptr && !json_next(NULL), "of nothing, nothing");
}

static void test_reader(struct arena *a)
{
	const struct json *j = json_parse(a, STR(
		"{\"iss\":\"x\",\"Iss\":\"y\",\"aud\":[\"a\",\"\\u00e9\"],"
		"\"n\":{\"m\":1}, \"long\":[0.000000000000000000000000000000"
		"0000000000000000000000000000000000001,2]}"));
	const struct json *aud = json_member(j, STR("aud"));
	long long n = 0;

	ok(str_eq(json_text(json_member(j, STR("iss"))), STR("x")) &&
	   str_eq(json_text(json_member(j, STR("Iss"))), STR("y")) &&
	   !json_member(j, STR("ISS")) && !json_member(j, STR("is")),
	   "names are compared exactly");
	ok(str_eq(json_text(json_item(aud, 0)), STR("a")) &&
	   str_eq(json_text(json_item(aud, 1)), STR("\xC3\xA9")) &&
	   !json_item(aud, 2) && !json_member(aud, STR("a")),
	   "items of an array");
	ok(json_integer(json_member(json_member(j, STR("n")), STR("m")), &n) &&
	   n == 1, "a member of a member");
	ok(json_integer(json_item(json_member(j, STR("long")), 1), &n) &&
	   n == 2, "what follows a long number");
	ok(str_eq(json_text(json_item(j, 1)), STR("y")),
	   "values of an object, too");
	ok(!json_text(aud).ptr && !json_text(NULL).ptr &&
	   !json_member(NULL, STR("x")) && !json_item(NULL, 0) &&
	   !json_integer(NULL, &n), "of nothing, nothing");
}

/* What 64 KiB can do: many members, or many brackets. */
static void test_cost(struct arena *a)
{
	struct buf b;

	buf_init(&b, a);
	json_object(&b, STR_NONE);
	for (int i = 0; i < 9000; i++)
		buf_addf(&b, "%s\"%d\":0", i ? "," : "", i);
	json_object_end(&b);
	ok(json_parse(a, buf_str(&b)) != NULL, "9,000 members");
	buf_init(&b, a);
	for (int i = 0; i < 65536; i++)
		buf_char(&b, '[');
	ok(!json_parse(a, buf_str(&b)), "65,536 brackets");
}

int main(void)
{
	struct arena *a = arena_new((size_t)1 << 24);

	test_writer(a);
	test_quoting(a);
	test_texts(a);
	test_integers(a);
	test_floors(a);
	test_numbers(a);
	test_visit(a);
	test_reader(a);
	test_cost(a);
	arena_free(a);
	return done_testing();
}
