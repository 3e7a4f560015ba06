/*
 * test_scope.c - scopes as lists of words (RFC 6749 section 3.3).
 */
#include "base/arena.h"
#include "base/buf.h"
#include "oauth/scope.h"
#include "tap.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ALL "profile email offline_access api:read"

static const struct {
	const char *what;
	struct str asked, allowed, want;
} narrowed[] = {
	{ "one", STR_INIT("email"), STR_INIT(ALL), STR_INIT("email") },
	{ "all", STR_INIT(ALL), STR_INIT(ALL), STR_INIT(ALL) },
	{ "in the order of the request", STR_INIT("email profile"),
	  STR_INIT(ALL), STR_INIT("email profile") },
	{ "twice is once", STR_INIT("email profile email email"), STR_INIT(ALL),
	  STR_INIT("email profile") },
	{ "spaces about and between", STR_INIT("  email   profile "),
	  STR_INIT(ALL), STR_INIT("email profile") },
	{ "nothing", STR_INIT(""), STR_INIT(ALL), { NULL, 0 } },
	{ "absent", { NULL, 0 }, STR_INIT(ALL), { NULL, 0 } },
	{ "spaces alone", STR_INIT("   "), STR_INIT(ALL), { NULL, 0 } },
	{ "a space", STR_INIT(" "), STR_INIT(ALL), { NULL, 0 } },
	{ "spaces alone, nothing allowed", STR_INIT("  "), STR_INIT(""),
	  { NULL, 0 } },
	{ "the first and the last character there are", STR_INIT("! ~"),
	  STR_INIT("~ !"), STR_INIT("! ~") },
	{ "the neighbours of those there are not", STR_INIT("# [ ]"),
	  STR_INIT("# [ ]"), STR_INIT("# [ ]") },
	{ "one that is not allowed", STR_INIT("email admin"), STR_INIT(ALL),
	  { NULL, 0 } },
	{ "the beginning of one", STR_INIT("emai"), STR_INIT(ALL),
	  { NULL, 0 } },
	{ "more than one", STR_INIT("emails"), STR_INIT(ALL), { NULL, 0 } },
	{ "another case", STR_INIT("Email"), STR_INIT(ALL), { NULL, 0 } },
	{ "nothing allowed", STR_INIT("email"), STR_INIT(""), { NULL, 0 } },
	{ "absent allowed", STR_INIT("email"), { NULL, 0 }, { NULL, 0 } },
	{ "a quotation mark", STR_INIT("a\"b"), STR_INIT("a\"b"),
	  { NULL, 0 } },
	{ "a backslash", STR_INIT("a\\b"), STR_INIT("a\\b"), { NULL, 0 } },
	{ "a tab", STR_INIT("a\tb"), STR_INIT("a\tb"), { NULL, 0 } },
	{ "a newline between", STR_INIT("email\nprofile"), STR_INIT(ALL),
	  { NULL, 0 } },
	{ "a NUL", STR_INIT("a\0b"), STR_INIT("a\0b"), { NULL, 0 } },
	{ "DEL", STR_INIT("a\x7f"), STR_INIT("a\x7f"), { NULL, 0 } },
	{ "not ASCII", STR_INIT("caf\xC3\xA9"), STR_INIT("caf\xC3\xA9"),
	  { NULL, 0 } },
	{ "a comma between", STR_INIT("email,profile"), STR_INIT(ALL),
	  { NULL, 0 } },
};

static const struct {
	const char *what;
	struct str granted, allowed, want;
} commons[] = {
	{ "all", STR_INIT(ALL), STR_INIT(ALL), STR_INIT(ALL) },
	{ "one of them is gone", STR_INIT("profile email"),
	  STR_INIT("email x"), STR_INIT("email") },
	{ "all are gone", STR_INIT("profile"), STR_INIT("email"),
	  STR_INIT("") },
	{ "none granted", STR_INIT(""), STR_INIT(ALL), STR_INIT("") },
	{ "absent granted", { NULL, 0 }, STR_INIT(ALL), STR_INIT("") },
	{ "absent allowed", STR_INIT(ALL), { NULL, 0 }, STR_INIT("") },
};

static const struct {
	const char *what;
	struct str granted, needed;
	bool want;
} covers[] = {
	{ "itself", STR_INIT(ALL), STR_INIT(ALL), true },
	{ "another order", STR_INIT("a b c"), STR_INIT("c a"), true },
	{ "nothing needed", STR_INIT("a"), STR_INIT(""), true },
	{ "nothing of nothing", STR_INIT(""), STR_INIT(""), true },
	{ "absent needed", STR_INIT("a"), { NULL, 0 }, true },
	{ "one missing", STR_INIT("a b"), STR_INIT("a c"), false },
	{ "nothing granted", STR_INIT(""), STR_INIT("a"), false },
	{ "absent granted", { NULL, 0 }, STR_INIT("a"), false },
	{ "a beginning", STR_INIT("email.read"), STR_INIT("email"), false },
	{ "another case", STR_INIT("email"), STR_INIT("Email"), false },
};

/* As Authlib's require_oauth() has it: words of one are AND, several OR. */
static const struct str both[] = { STR_INIT("profile email") };
static const struct str either[] = { STR_INIT("profile"), STR_INIT("email") };
static const struct str mixed[] = { STR_INIT("profile email"),
				    STR_INIT("admin") };
static const struct str empty[] = { STR_INIT("") };

static const struct {
	const char *what;
	struct scope_need need;
	struct str granted;
	bool want;
} needs[] = {
	{ "no need, some scope", { NULL, 0, false, false }, STR_INIT("x"), true },
	{ "no need, no scope", { NULL, 0, false, false }, STR_INIT(""), true },
	{ "an empty need", { empty, 1, false, false }, STR_INIT(""), true },
	{ "both of both", { both, 1, false, false }, STR_INIT("email profile"),
	  true },
	{ "both, and more", { both, 1, false, false }, STR_INIT("x email y profile"),
	  true },
	{ "one of both", { both, 1, false, false }, STR_INIT("profile"), false },
	{ "the first of either", { either, 2, false, false }, STR_INIT("profile"),
	  true },
	{ "the second of either", { either, 2, false, false }, STR_INIT("email"),
	  true },
	{ "both of either", { either, 2, false, false }, STR_INIT("email profile"),
	  true },
	{ "neither of either", { either, 2, false, false }, STR_INIT("address"),
	  false },
	{ "no scope of either", { either, 2, false, false }, STR_INIT(""), false },
	{ "mixed, the pair", { mixed, 2, false, false }, STR_INIT("profile email"),
	  true },
	{ "mixed, the other", { mixed, 2, false, false }, STR_INIT("admin"), true },
	{ "mixed, half of the pair", { mixed, 2, false, false }, STR_INIT("email"),
	  false },
	{ "optional is about the token, not the scope", { either, 2, true, false },
	  STR_INIT("address"), false },
};

/* n words that differ, "w100 w101 ...". */
static struct str words(struct arena *a, int n)
{
	struct buf b;

	buf_init(&b, a);
	for (int i = 0; i < n; i++)
		buf_addf(&b, "%sw%d", b.len > 0 ? " " : "", 100 + i);
	return buf_str(&b);
}

static struct str letters(struct arena *a, size_t n)
{
	struct buf b;

	buf_init(&b, a);
	while (b.len < n)
		buf_char(&b, 'x');
	return buf_str(&b);
}

static void test_bounds(struct arena *a)
{
	struct str all = words(a, 200), word;
	struct buf repeated;

	ok(str_eq(scope_narrow(a, words(a, SCOPE_WORDS_MAX), all),
		  words(a, SCOPE_WORDS_MAX)), "%d words", SCOPE_WORDS_MAX);
	ok(!scope_narrow(a, words(a, SCOPE_WORDS_MAX + 1), all).ptr,
	   "%d words are refused", SCOPE_WORDS_MAX + 1);
	buf_init(&repeated, a);
	for (int i = 0; i < 300; i++)
		buf_add(&repeated, STR("w100 "));
	ok(str_eq(scope_narrow(a, buf_str(&repeated), all), STR("w100")),
	   "300 words that are one");
	word = letters(a, SCOPE_LEN_MAX);
	ok(str_eq(scope_narrow(a, word, word), word), "%d bytes",
	   SCOPE_LEN_MAX);
	word = letters(a, SCOPE_LEN_MAX + 1);
	ok(!scope_narrow(a, word, word).ptr, "%d bytes are refused",
	   SCOPE_LEN_MAX + 1);
}

int main(void)
{
	struct arena *a = arena_new((size_t)1 << 22);

	for (size_t i = 0; i < COUNT(narrowed); i++)
		ok(str_eq(scope_narrow(a, narrowed[i].asked,
				       narrowed[i].allowed),
			  narrowed[i].want), "narrow: %s", narrowed[i].what);
	for (size_t i = 0; i < COUNT(commons); i++)
		ok(str_eq(scope_common(a, commons[i].granted,
				       commons[i].allowed),
			  commons[i].want), "common: %s", commons[i].what);
	for (size_t i = 0; i < COUNT(covers); i++)
		ok(scope_covers(covers[i].granted, covers[i].needed) ==
		   covers[i].want, "covers: %s", covers[i].what);
	for (size_t i = 0; i < COUNT(needs); i++)
		ok(scope_meets(needs[i].granted, &needs[i].need) ==
		   needs[i].want, "meets: %s", needs[i].what);
	test_bounds(a);
	arena_free(a);
	return done_testing();
}
