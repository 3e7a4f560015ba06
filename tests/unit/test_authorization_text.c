/*
 * test_authorization_text.c - a request as it is written out again, and the
 * longest state.
 */
#include "authorization_query.h"
#include "tap.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The text of a request that was read; want absent: as it was. */
static const struct {
	const char *what;
	struct str query;
	bool without_login;
	struct str want;
} texts[] = {
	{ "all there is",
	  STR_INIT("client_id=a&redirect_uri=https%3A%2F%2Fb.example%2F"
		   "&response_type=code&scope=x%20y&state=z"
		   "&code_challenge=c&code_challenge_method=S256"
		   "&nonce=n&prompt=login"), false, { NULL, 0 } },
	{ "nothing", STR_INIT(""), false, { NULL, 0 } },
	{ "a state of anything",
	  STR_INIT("state=%26%3D%2B%25%22%3C%3E%0A%C3%A9"), false,
	  { NULL, 0 } },
	{ "another order", STR_INIT("state=z&client_id=a"), false,
	  STR_INIT("client_id=a&state=z") },
	{ "one that is not known", STR_INIT("client_id=a&x=y&password=z"),
	  false, STR_INIT("client_id=a") },
	{ "an empty one", STR_INIT("client_id=a&state="), false,
	  STR_INIT("client_id=a") },
	{ "one that is there twice", STR_INIT("client_id=a&state=x&state=y"),
	  false, STR_INIT("client_id=a") },
	{ "without login", STR_INIT("client_id=a&prompt=login"), true,
	  STR_INIT("client_id=a") },
	{ "without select_account", STR_INIT("prompt=select_account"), true,
	  STR_INIT("") },
	{ "without login, consent stays",
	  STR_INIT("prompt=login+consent+login"), true,
	  STR_INIT("prompt=consent") },
	{ "without login, where there is none", STR_INIT("client_id=a"), true,
	  { NULL, 0 } },
	{ "without login, one that is not known", STR_INIT("prompt=x+login+y"),
	  true, STR_INIT("prompt=x%20y") },
};

static void test_texts(struct arena *a)
{
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct authorization_request in = read_query(a,
							     texts[i].query);
		struct str want = texts[i].want.ptr ? texts[i].want
						    : texts[i].query;
		struct str text = authorization_request_text(
			a, &in, texts[i].without_login);

		ok(str_eq(text, want), "text: %s", texts[i].what);
		in = read_query(a, text);
		ok(str_eq(authorization_request_text(a, &in, false), text),
		   "text, read again: %s", texts[i].what);
	}
}

/* A state of n times the character; as long as it may be in a Location. */
static const struct {
	const char *what;
	struct str character;
	size_t n;
	struct str type, mode;
	bool want;
} states[] = {
#define E "\xC3\xA9"
	{ "letters", STR_INIT("s"), 4096, STR_INIT("code"), { NULL, 0 }, true },
	{ "a letter more", STR_INIT("s"), 4097, STR_INIT("code"), { NULL, 0 },
	  false },
	{ "spaces", STR_INIT(" "), 1365, STR_INIT("code"), { NULL, 0 }, true },
	{ "a space more", STR_INIT(" "), 1366, STR_INIT("code"), { NULL, 0 },
	  false },
	{ "not ASCII", STR_INIT(E), 682, STR_INIT("code"), { NULL, 0 }, true },
	{ "one more", STR_INIT(E), 683, STR_INIT("code"), { NULL, 0 }, false },
	{ "in a fragment", STR_INIT(E), 682, STR_INIT("token"), { NULL, 0 },
	  true },
	{ "one more in a fragment", STR_INIT(E), 683, STR_INIT("token"),
	  { NULL, 0 }, false },
	{ "of a type there is not", STR_INIT(E), 683, STR_INIT("x"),
	  { NULL, 0 }, false },
	{ "in a form", STR_INIT(E), 2048, STR_INIT("code"),
	  STR_INIT("form_post"), true },
	{ "one more in a form", STR_INIT(E), 2049, STR_INIT("code"),
	  STR_INIT("form_post"), false },
	{ "in a signed form", STR_INIT("\x01"), 4096, STR_INIT("code"),
	  STR_INIT("form_post.jwt"), true },
	{ "signed", STR_INIT("s"), 3070, STR_INIT("code"), STR_INIT("jwt"),
	  true },
	{ "one more, signed", STR_INIT("s"), 3071, STR_INIT("code"),
	  STR_INIT("jwt"), false },
	{ "not ASCII, signed", STR_INIT(E), 1535, STR_INIT("code"),
	  STR_INIT("query.jwt"), true },
	{ "one more, not ASCII, signed", STR_INIT(E), 1536, STR_INIT("code"),
	  STR_INIT("query.jwt"), false },
	{ "control characters, signed", STR_INIT("\x01"), 511,
	  STR_INIT("token"), STR_INIT("fragment.jwt"), true },
	{ "one more control character, signed", STR_INIT("\x01"), 512,
	  STR_INIT("token"), STR_INIT("fragment.jwt"), false },
	{ "none", STR_INIT("s"), 0, STR_INIT("code"), { NULL, 0 }, true },
#undef E
};

static void test_states(struct arena *a)
{
	for (size_t i = 0; i < COUNT(states); i++) {
		struct authorization_request in = {
			.response_type = states[i].type,
			.response_mode = states[i].mode,
		};
		struct buf b;

		buf_init(&b, a);
		for (size_t n = 0; n < states[i].n; n++)
			buf_add(&b, states[i].character);
		in.state = buf_str(&b);
		ok(authorization_state_fits(a, &in) == states[i].want,
		   "a state: %s", states[i].what);
	}
}

int main(void)
{
	struct arena *a = arena_new((size_t)1 << 22);

	test_texts(a);
	test_states(a);
	arena_free(a);
	return done_testing();
}
