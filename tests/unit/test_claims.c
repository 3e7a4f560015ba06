/*
 * test_claims.c - what is said of a person, where the database says what it
 * should not.
 */
#include <time.h>

#include "base/arena.h"
#include "oauth/claims.h"
#include "tap.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NOTHING { NULL, 0 }

/* scope is "profile". */
static const struct {
	const char *what;
	struct str claims, more_claims, want;
} cases[] = {
	{ "a claim of the user", STR_INIT("{\"name\":\"A\",\"email\":\"e\"}"),
	  NOTHING, STR_INIT("{\"name\":\"A\"}") },
	{ "what the operator's function says comes first",
	  STR_INIT("{\"name\":\"A\"}"),
	  STR_INIT("{\"name\":\"B\",\"groups\":[1]}"),
	  STR_INIT("{\"name\":\"B\",\"groups\":[1]}") },
	{ "and what is the server's, it does not say", NOTHING,
	  STR_INIT("{\"sub\":\"eve\",\"iss\":\"x\",\"groups\":[]}"),
	  STR_INIT("{\"groups\":[]}") },
	{ "a number, to the last digit", STR_INIT("{\"name\":\"A\"}"),
	  STR_INIT("{\"id\":1234567890123456789}"),
	  STR_INIT("{\"name\":\"A\",\"id\":1234567890123456789}") },
	/* Found by fuzzing: these values have no names to be members by. */
	{ "an array of the operator's function", STR_INIT("{\"name\":\"A\"}"),
	  STR_INIT("[\"B\",{\"name\":\"C\"}]"), STR_INIT("{\"name\":\"A\"}") },
	{ "an array of the user's", STR_INIT("[\"A\"]"), NOTHING,
	  STR_INIT("{}") },
	{ "a string", STR_INIT("\"A\""), STR_INIT("\"B\""), STR_INIT("{}") },
	{ "null", STR_INIT("null"), STR_INIT("null"), STR_INIT("{}") },
};

/* What is asked of acr, and whether "pwd" is something else: where that matters
 * to every claim, and where to the essential ones. */
static const struct {
	const char *what;
	struct str text;
	bool unmet, unmet_essential;
} asked[] = {
	{ "null", STR_INIT("{\"id_token\":{\"acr\":null}}"), false, false },
	{ "nothing of it", STR_INIT("{\"id_token\":{\"name\":{}}}"), false,
	  false },
	{ "essential, of any value",
	  STR_INIT("{\"id_token\":{\"acr\":{\"essential\":true}}}"), false,
	  false },
	{ "its value", STR_INIT("{\"id_token\":{\"acr\":{\"essential\":true,"
				"\"value\":\"pwd\"}}}"), false, false },
	{ "another value",
	  STR_INIT("{\"id_token\":{\"acr\":{\"value\":\"otp\"}}}"), true,
	  false },
	{ "another value, essential",
	  STR_INIT("{\"userinfo\":{\"acr\":{\"value\":\"otp\","
		   "\"essential\":true}}}"), true, true },
	{ "values with its own",
	  STR_INIT("{\"id_token\":{\"acr\":{\"essential\":true,"
		   "\"values\":[\"otp\",\"pwd\"]}}}"), false, false },
	{ "values without",
	  STR_INIT("{\"id_token\":{\"acr\":{\"essential\":true,"
		   "\"values\":[\"otp\",1]}}}"), true, true },
	{ "no values", STR_INIT("{\"id_token\":{\"acr\":{\"essential\":true,"
				"\"values\":[]}}}"), true, true },
	{ "a value that is no string",
	  STR_INIT("{\"id_token\":{\"acr\":{\"value\":1}}}"), true, false },
};

/* OpenID Connect Core section 5.5.1. */
static void test_unmet(struct arena *a)
{
	struct claims_request in;

	for (size_t i = 0; i < COUNT(asked); i++) {
		if (!ok(claims_parse(a, asked[i].text, &in), "claims: %s",
			asked[i].what))
			continue;
		ok(claims_unmet(&in, STR("acr"), STR("pwd"), false) ==
			   asked[i].unmet &&
		   claims_unmet(&in, STR("acr"), STR("pwd"), true) ==
			   asked[i].unmet_essential, "acr: %s", asked[i].what);
	}
}

/* As many as a request object has room for: on the loop, where all wait. */
static void test_many_values(struct arena *a)
{
	const size_t many = 30000;
	struct claims_request in;
	struct buf b;
	clock_t since;

	buf_init(&b, a);
	buf_add(&b, STR("{\"id_token\":{\"acr\":{\"essential\":true,"
			"\"values\":[0"));
	for (size_t i = 0; i < many; i++)
		buf_add(&b, STR(",0"));
	buf_add(&b, STR("]}}}"));
	if (!ok(claims_parse(a, buf_str(&b), &in), "claims: many values"))
		return;
	since = clock();
	ok(claims_unmet(&in, STR("acr"), STR("pwd"), true),
	   "acr: none of many values");
	ok(clock() - since < CLOCKS_PER_SEC / 10, "and that takes no time");
}

int main(void)
{
	struct arena *a = arena_new((size_t)1 << 20);

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf b;

		buf_init(&b, a);
		json_object(&b, STR_NONE);
		claims_write(a, &b, STR("profile"), NULL, cases[i].claims,
			     cases[i].more_claims);
		json_object_end(&b);
		ok(str_eq(buf_str(&b), cases[i].want), "%s: %.*s",
		   cases[i].what, STR_ARG(buf_str(&b)));
		arena_reset(a);
	}
	test_unmet(a);
	test_many_values(a);
	arena_free(a);
	return done_testing();
}
