/*
 * test_credentials.c - an Authorization field, taken apart (RFC 9110 section
 * 11.4).
 */
#include "http/credentials.h"
#include "tap.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NOTHING { NULL, 0 }

static const struct {
	const char *what;
	struct str field, scheme, rest;
} cases[] = {
	{ "one space", STR_INIT("Bearer abc"), STR_INIT("Bearer"),
	  STR_INIT("abc") },
	{ "several", STR_INIT("Bearer   abc"), STR_INIT("Bearer"),
	  STR_INIT("abc") },
	{ "what stands after the first word", STR_INIT("Bearer  a  b "),
	  STR_INIT("Bearer"), STR_INIT("a  b ") },
	{ "a tab is no space", STR_INIT("Bearer \tabc"), STR_INIT("Bearer"),
	  STR_INIT("\tabc") },
	{ "a tab after the scheme", STR_INIT("Bearer\tabc"),
	  STR_INIT("Bearer\tabc"), NOTHING },
	{ "the scheme alone", STR_INIT("Bearer"), STR_INIT("Bearer"),
	  NOTHING },
	{ "and a space", STR_INIT("Bearer "), STR_INIT("Bearer"),
	  STR_INIT("") },
	{ "and two", STR_INIT("Bearer  "), STR_INIT("Bearer"), STR_INIT("") },
	{ "a space before", STR_INIT(" Bearer abc"), STR_INIT(""),
	  STR_INIT("Bearer abc") },
	{ "empty", STR_INIT(""), STR_INIT(""), NOTHING },
	{ "absent", NOTHING, NOTHING, NOTHING },
};

int main(void)
{
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct str rest = cases[i].field;
		struct str scheme = credentials_scheme(&rest);

		ok(str_eq(scheme, cases[i].scheme) &&
		   str_eq(rest, cases[i].rest), "%s", cases[i].what);
	}
	return done_testing();
}
