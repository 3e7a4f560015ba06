/*
 * test_response_type.c - which response types there are, and where an answer
 * goes.
 */
#include "oauth/response_type.h"
#include "tap.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The place: q, f or p; and j where it is signed. */
static const struct {
	struct str type, mode, want;
} places[] = {
	{ STR_INIT("code"), { NULL, 0 }, STR_INIT("q") },
	{ STR_INIT("token"), { NULL, 0 }, STR_INIT("f") },
	{ STR_INIT("id_token"), { NULL, 0 }, STR_INIT("f") },
	{ STR_INIT("id_token code"), { NULL, 0 }, STR_INIT("f") },
	{ STR_INIT("x"), { NULL, 0 }, STR_INIT("q") },
	{ { NULL, 0 }, { NULL, 0 }, STR_INIT("q") },
	{ STR_INIT("code"), STR_INIT("fragment"), STR_INIT("f") },
	{ STR_INIT("code"), STR_INIT("form_post"), STR_INIT("p") },
	{ STR_INIT("token"), STR_INIT("form_post"), STR_INIT("p") },
	{ STR_INIT("token"), STR_INIT("query"), STR_INIT("f") },
	{ STR_INIT("token"), STR_INIT("query.jwt"), STR_INIT("f") },
	{ STR_INIT("code"), STR_INIT("jwt"), STR_INIT("qj") },
	{ STR_INIT("code token"), STR_INIT("jwt"), STR_INIT("fj") },
	{ STR_INIT("code"), STR_INIT("form_post.jwt"), STR_INIT("pj") },
	{ STR_INIT("code"), STR_INIT("web_message"), STR_INIT("q") },
};

static void test_response_types(void)
{
	size_t n = 0;

	while (response_type_at(n)) {
		ok(response_type_find(response_type_at(n)->name) ==
		   response_type_at(n), "response type %.*s is found",
		   STR_ARG(response_type_at(n)->name));
		n++;
	}
	ok(n == 7 && !response_type_at((size_t)-1), "there are seven");
	for (size_t i = 0; i < COUNT(places); i++) {
		const struct response_mode m = response_mode_of(
			places[i].type, places[i].mode);
		char got[3] = { "qfp"[m.place], m.jwt ? 'j' : '\0' };

		ok(str_eq(str_of(got), places[i].want), "%.*s by %.*s: %.*s",
		   STR_ARG(places[i].type), STR_ARG(places[i].mode),
		   STR_ARG(places[i].want));
	}
}

int main(void)
{
	test_response_types();
	return done_testing();
}
