/*
 * test_claims.c - what is said of a person, where the database says what it
 * should not.
 */
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
	/* Found by fuzzing: these values have no names to be members by. */
	{ "an array of the operator's function", STR_INIT("{\"name\":\"A\"}"),
	  STR_INIT("[\"B\",{\"name\":\"C\"}]"), STR_INIT("{\"name\":\"A\"}") },
	{ "an array of the user's", STR_INIT("[\"A\"]"), NOTHING,
	  STR_INIT("{}") },
	{ "a string", STR_INIT("\"A\""), STR_INIT("\"B\""), STR_INIT("{}") },
	{ "null", STR_INIT("null"), STR_INIT("null"), STR_INIT("{}") },
};

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
	arena_free(a);
	return done_testing();
}
