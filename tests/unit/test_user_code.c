/*
 * test_user_code.c - what a person types for a device (RFC 8628 section 6.1).
 */
#include "base/arena.h"
#include "crypto/random.h"
#include "oauth/user_code.h"
#include "tap.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define LETTERS "BCDFGHJKLMNPQRSTVWXZ"
#define EIGHT "        "
#define SPACES EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT

static const struct {
	const char *what;
	struct str typed, want;
} cases[] = {
	{ "as it is shown", STR_INIT("WDJB-MJHT"), STR_INIT("WDJB-MJHT") },
	{ "in small letters", STR_INIT("wdjb-mjht"), STR_INIT("WDJB-MJHT") },
	{ "without the dash", STR_INIT("WdJbMjHt"), STR_INIT("WDJB-MJHT") },
	{ "with spaces", STR_INIT(" WDJB MJHT\t"), STR_INIT("WDJB-MJHT") },
	{ "a dash between any two", STR_INIT("W-D-J-B-M-J-H-T"),
	  STR_INIT("WDJB-MJHT") },
	{ "an en dash", STR_INIT("WDJB\xE2\x80\x93MJHT"),
	  STR_INIT("WDJB-MJHT") },
	{ "other punctuation", STR_INIT("<WDJB.MJHT>"),
	  STR_INIT("WDJB-MJHT") },
	{ "all letters, first half", STR_INIT("BCDFGHJK"),
	  STR_INIT("BCDF-GHJK") },
	{ "all letters, second half", STR_INIT("LMNPQRST"),
	  STR_INIT("LMNP-QRST") },
	{ "and the last", STR_INIT("VWXZVWXZ"), STR_INIT("VWXZ-VWXZ") },
	{ "64 bytes", STR_INIT(SPACES "WDJBMJHT"), STR_INIT("WDJB-MJHT") },
	{ "65 bytes", STR_INIT(SPACES " WDJBMJHT"), { NULL, 0 } },
	{ "absent", { NULL, 0 }, { NULL, 0 } },
	{ "nothing", STR_INIT(""), { NULL, 0 } },
	{ "a dash", STR_INIT("-"), { NULL, 0 } },
	{ "seven letters", STR_INIT("WDJB-MJH"), { NULL, 0 } },
	{ "nine letters", STR_INIT("WDJB-MJHTW"), { NULL, 0 } },
	{ "a vowel", STR_INIT("WDJB-MJHA"), { NULL, 0 } },
	{ "a Y", STR_INIT("WDJB-MJHY"), { NULL, 0 } },
	{ "a digit", STR_INIT("WDJB-MJH1"), { NULL, 0 } },
	{ "a digit too many", STR_INIT("WDJB-MJHT1"), { NULL, 0 } },
	{ "letters that are not ASCII, wide",
	  STR_INIT("\xEF\xBC\xB7" "DJB-MJHT"), { NULL, 0 } },
	{ "a long s, which has the upper case S", STR_INIT("\xC5\xBF" "DJBMJHT"),
	  { NULL, 0 } },
	{ "a script", STR_INIT("<script>alert(1)</script>"), { NULL, 0 } },
};

static void test_read(struct arena *a)
{
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct str got = user_code_read(a, cases[i].typed);

		ok(str_eq(got, cases[i].want), "%s: %.*s", cases[i].what,
		   STR_ARG(got));
	}
}

/* 200 codes have each letter some 80 times; never is one in 10^30 runs. */
static void test_new(struct arena *a)
{
	unsigned seen[256] = { 0 };
	bool readable = true, all = true, others = false;
	struct str last = STR("");

	for (int i = 0; i < 200; i++) {
		struct str code = user_code_new(a);

		readable = readable && code.len == USER_CODE_LEN &&
			   code.ptr[4] == '-' &&
			   str_eq(user_code_read(a, code), code) &&
			   !str_eq(code, last);
		for (size_t j = 0; j < code.len; j++)
			seen[(unsigned char)code.ptr[j]]++;
		last = code;
	}
	for (int c = 0; c < 256; c++) {
		bool is_ours = c && (c == '-' || strchr(LETTERS, c));

		all = all && (!is_ours || seen[c] > 10);
		others = others || (!is_ours && seen[c]);
	}
	ok(readable, "new ones read as they are written, and differ");
	ok(all, "all letters come about");
	ok(!others, "and no others");
}

static void test_hash(void)
{
	const struct hash key = { { 1 } }, other = { { 2 } };
	struct hash h = user_code_hash(&key, STR("WDJB-MJHT"));
	struct hash same = user_code_hash(&key, STR("WDJB-MJHT"));
	struct hash code = user_code_hash(&key, STR("WDJB-MJHV"));
	struct hash keyed = user_code_hash(&other, STR("WDJB-MJHT"));

	ok(hash_eq(&h, &same), "a hash is one");
	ok(!hash_eq(&h, &code), "another code's is another");
	ok(!hash_eq(&h, &keyed), "another key's is another");
}

int main(void)
{
	struct arena *a = arena_new(1 << 20);

	crypto_init();
	test_read(a);
	test_new(a);
	test_hash();
	arena_free(a);
	return done_testing();
}
