/*
 * test_form.c - forms (RFC 6749 appendix B) and cookies (RFC 6265).
 */
#include <string.h>

#include "base/arena.h"
#include "http/cookie.h"
#include "http/form.h"
#include "tap.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *what;
	struct str in, want;
	enum form_status status;
} decoded[] = {
	{ "RFC 6749 appendix B",
	  STR_INIT("+%25%26%2B%C2%A3%E2%82%AC"),
	  STR_INIT(" %&+\xC2\xA3\xE2\x82\xAC"), FORM_OK },
	{ "nothing", STR_INIT(""), STR_INIT(""), FORM_OK },
	{ "absent", { NULL, 0 }, STR_INIT(""), FORM_OK },
	{ "digits in either case", STR_INIT("%2f%2F"), STR_INIT("//"),
	  FORM_OK },
	{ "once and not twice", STR_INIT("%2541"), STR_INIT("%41"), FORM_OK },
	{ "control characters", STR_INIT("%0D%0A"), STR_INIT("\r\n"),
	  FORM_OK },
	{ "a percent alone", STR_INIT("%"), { NULL, 0 }, FORM_BAD_ESCAPE },
	{ "one digit", STR_INIT("a%4"), { NULL, 0 }, FORM_BAD_ESCAPE },
	{ "no digits", STR_INIT("%zz"), { NULL, 0 }, FORM_BAD_ESCAPE },
	{ "the second no digit", STR_INIT("%4g"), { NULL, 0 },
	  FORM_BAD_ESCAPE },
	{ "a sign", STR_INIT("%+1"), { NULL, 0 }, FORM_BAD_ESCAPE },
	{ "a space", STR_INIT("% 1"), { NULL, 0 }, FORM_BAD_ESCAPE },
	{ "four digits", STR_INIT("%u0041"), { NULL, 0 }, FORM_BAD_ESCAPE },
	{ "NUL", STR_INIT("a%00b"), { NULL, 0 }, FORM_BAD_ESCAPE },
	{ "NUL in the raw", STR_INIT("a\0b"), { NULL, 0 }, FORM_BAD_ESCAPE },
	{ "NUL in two bytes", STR_INIT("%C0%80"), { NULL, 0 },
	  FORM_BAD_UTF8 },
	{ "Latin-1", STR_INIT("caf%E9"), { NULL, 0 }, FORM_BAD_UTF8 },
	{ "Latin-1 in the raw", STR_INIT("caf\xE9"), { NULL, 0 },
	  FORM_BAD_UTF8 },
	{ "a surrogate", STR_INIT("%ED%A0%80"), { NULL, 0 }, FORM_BAD_UTF8 },
	{ "a character cut off", STR_INIT("%E2%82"), { NULL, 0 },
	  FORM_BAD_UTF8 },
};

static void test_decode(struct arena *a)
{
	for (size_t i = 0; i < COUNT(decoded); i++) {
		struct str out = STR_NONE;

		ok(form_decode(a, decoded[i].in, &out) == decoded[i].status &&
		   str_eq(out, decoded[i].want) &&
		   (!out.ptr || out.ptr[out.len] == '\0'), "decode: %s",
		   decoded[i].what);
	}
}

/* want: the fields again, as "name=value;". */
static const struct {
	const char *what;
	struct str in, want;
	enum form_status status;
} forms[] = {
	{ "two fields", STR_INIT("a=1&b=2"), STR_INIT("a=1;b=2;"), FORM_OK },
	{ "nothing", STR_INIT(""), STR_INIT(""), FORM_OK },
	{ "absent", { NULL, 0 }, STR_INIT(""), FORM_OK },
	{ "empty pieces", STR_INIT("&a=1&&b=2&"), STR_INIT("a=1;b=2;"),
	  FORM_OK },
	{ "no equals sign", STR_INIT("a&b"), STR_INIT("a=;b=;"), FORM_OK },
	{ "an empty value", STR_INIT("a="), STR_INIT("a=;"), FORM_OK },
	{ "an empty name", STR_INIT("=1"), STR_INIT("=1;"), FORM_OK },
	{ "an equals sign in the value", STR_INIT("a=b=c"),
	  STR_INIT("a=b=c;"), FORM_OK },
	{ "separators that were escaped", STR_INIT("a%3D=%26"),
	  STR_INIT("a==&;"), FORM_OK },
	{ "a semicolon separates nothing", STR_INIT("a=1%3Bb;c"),
	  STR_INIT("a=1;b;c;"), FORM_OK },
	{ "the same twice", STR_INIT("a=1&a=2"), STR_INIT("a=1;a=2;"),
	  FORM_OK },
	{ "a bad name", STR_INIT("a=1&%=2"), { NULL, 0 }, FORM_BAD_ESCAPE },
	{ "a bad value", STR_INIT("a=1&b=%FF"), { NULL, 0 }, FORM_BAD_UTF8 },
};

static void test_forms(struct arena *a)
{
	for (size_t i = 0; i < COUNT(forms); i++) {
		struct form f = { NULL, 77 };
		struct buf b;

		buf_init(&b, a);
		if (form_parse(a, forms[i].in, &f) != forms[i].status) {
			ok(false, "form: %s", forms[i].what);
			continue;
		}
		for (size_t j = 0; f.fields && j < f.count; j++) {
			buf_addf(&b, "%s=%s;", f.fields[j].name.ptr,
				 f.fields[j].value.ptr);
		}
		ok(forms[i].status == FORM_OK
			   ? str_eq(buf_str(&b), forms[i].want)
			   : !f.fields && f.count == 77,
		   "form: %s", forms[i].what);
	}
}

static void test_count(struct arena *a)
{
	struct form f;
	struct buf b;

	buf_init(&b, a);
	for (int i = 0; i < FORM_FIELDS_MAX; i++)
		buf_addf(&b, "&&x%d=%d", i, i);
	ok(form_parse(a, buf_str(&b), &f) == FORM_OK &&
	   f.count == FORM_FIELDS_MAX &&
	   str_eq(form_get(&f, STR("x127")), STR("127")), "%d fields",
	   FORM_FIELDS_MAX);
	buf_add(&b, STR("&y"));
	ok(form_parse(a, buf_str(&b), &f) == FORM_TOO_MANY, "and one more");
}

static void test_get(struct arena *a)
{
	struct form f;
	struct buf b;

	ok(form_parse(a, STR("a=1&b=2&b=2&c=&A=3"), &f) == FORM_OK,
	   "a form to look into");
	ok(str_eq(form_get(&f, STR("a")), STR("1")), "the only one");
	ok(!form_get(&f, STR("b")).ptr, "absent where it stands twice");
	ok(!form_get(&f, STR("d")).ptr, "absent where it does not stand");
	ok(str_eq(form_get(&f, STR("c")), STR("")), "empty where it is");

	buf_init(&b, a);
	form_add(&b, STR("state"), STR("a b&c=d+%~-._"));
	form_add(&b, STR("iss"), STR("https://a.example/\xC3\xA9"));
	ok(str_eq(buf_str(&b), STR("state=a%20b%26c%3Dd%2B%25~-._"
				   "&iss=https%3A%2F%2Fa.example%2F%C3%A9")),
	   "written");
	ok(form_parse(a, buf_str(&b), &f) == FORM_OK && f.count == 2 &&
	   str_eq(form_get(&f, STR("state")), STR("a b&c=d+%~-._")),
	   "and read again");
}

static const struct {
	const char *what;
	struct str header, want;
} cookies[] = {
	{ "the only one", STR_INIT("id=abc"), STR_INIT("abc") },
	{ "among others", STR_INIT("x=1; id=abc; y=2"), STR_INIT("abc") },
	{ "no space between", STR_INIT("x=1;id=abc"), STR_INIT("abc") },
	{ "an equals sign in it", STR_INIT("id=a=b"), STR_INIT("a=b") },
	{ "empty", STR_INIT("id="), STR_INIT("") },
	{ "no header", { NULL, 0 }, { NULL, 0 } },
	{ "an empty header", STR_INIT(""), { NULL, 0 } },
	{ "not there", STR_INIT("x=1; y=2"), { NULL, 0 } },
	{ "twice", STR_INIT("id=a; id=b"), { NULL, 0 } },
	{ "twice the same", STR_INIT("id=a; id=a"), { NULL, 0 } },
	{ "another case", STR_INIT("ID=a"), { NULL, 0 } },
	{ "the end of a longer name", STR_INIT("xid=a"), { NULL, 0 } },
	{ "the start of a longer name", STR_INIT("id2=a"), { NULL, 0 } },
	{ "in another's value", STR_INIT("x=id=a"), { NULL, 0 } },
	{ "with a prefix that makes it another's",
	  STR_INIT("__Host-id=a"), { NULL, 0 } },
};

static void test_cookies(void)
{
	for (size_t i = 0; i < COUNT(cookies); i++) {
		ok(str_eq(cookie_get(cookies[i].header, STR("id")),
			  cookies[i].want), "cookie: %s", cookies[i].what);
	}
}

int main(void)
{
	struct arena *a = arena_new((size_t)1 << 20);

	test_decode(a);
	test_forms(a);
	test_count(a);
	test_get(a);
	test_cookies();
	arena_free(a);
	return done_testing();
}
