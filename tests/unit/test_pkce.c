/*
 * test_pkce.c - Proof Key for Code Exchange (RFC 7636).
 */
#include "base/arena.h"
#include "base/base64.h"
#include "crypto/hash.h"
#include "oauth/pkce.h"
#include "tap.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* RFC 7636 appendix B. */
#define VERIFIER "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
#define CHALLENGE "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

/* 43*128unreserved (RFC 7636 section 4.1). */
#define TWENTY "abcdefghijklmnopqrst"
#define HUNDRED TWENTY TWENTY TWENTY TWENTY TWENTY

static const struct {
	const char *what;
	struct str text;
	bool want;
} verifiers[] = {
	{ "that of RFC 7636", STR_INIT(VERIFIER), true },
	{ "43 characters", STR_INIT(TWENTY TWENTY "abc"), true },
	{ "128 characters", STR_INIT(HUNDRED TWENTY "abcdefgh"), true },
	{ "the other unreserved characters", STR_INIT(TWENTY TWENTY "-._~"),
	  true },
	{ "digits and capitals", STR_INIT("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					  "0123456789"), true },
	{ "nothing", STR_INIT(""), false },
	{ "absent", { NULL, 0 }, false },
	{ "42 characters", STR_INIT(TWENTY TWENTY "ab"), false },
	{ "129 characters", STR_INIT(HUNDRED TWENTY "abcdefghi"), false },
	{ "a plus sign", STR_INIT(TWENTY TWENTY "ab+"), false },
	{ "a slash", STR_INIT(TWENTY TWENTY "ab/"), false },
	{ "padding", STR_INIT(TWENTY TWENTY "abc="), false },
	{ "a space", STR_INIT(TWENTY TWENTY "ab "), false },
	{ "a space before", STR_INIT(" " VERIFIER), false },
	{ "a newline", STR_INIT(VERIFIER "\n"), false },
	{ "a NUL", STR_INIT(TWENTY TWENTY "ab\0"), false },
	{ "a percent sign", STR_INIT(TWENTY TWENTY "%41"), false },
	{ "not ASCII", STR_INIT(TWENTY TWENTY "ab\xC3\xA9"), false },
};

static const struct {
	const char *what;
	struct str text;
	bool want;
} challenges[] = {
	{ "that of RFC 7636", STR_INIT(CHALLENGE), true },
	{ "all zero bits",
	  STR_INIT("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), true },
	{ "nothing", STR_INIT(""), false },
	{ "absent", { NULL, 0 }, false },
	{ "42 characters",
	  STR_INIT("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c"), false },
	{ "44 characters", STR_INIT(CHALLENGE "A"), false },
	{ "padding", STR_INIT(CHALLENGE "="), false },
	{ "padding for the last one",
	  STR_INIT("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c="), false },
	{ "a plus sign",
	  STR_INIT("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM"), false },
	{ "a slash",
	  STR_INIT("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw/cM"), false },
	{ "a dot, which a verifier may have",
	  STR_INIT("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw.cM"), false },
	{ "bits left over in the last character",
	  STR_INIT("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cN"), false },
	{ "a NUL",
	  STR_INIT("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw\0cM"), false },
};

static const struct {
	const char *what;
	struct str verifier, challenge;
	bool want;
} pairs[] = {
	{ "RFC 7636 appendix B", STR_INIT(VERIFIER), STR_INIT(CHALLENGE),
	  true },
	{ "a verifier of another", STR_INIT(TWENTY TWENTY "abc"),
	  STR_INIT(CHALLENGE), false },
	{ "a character more", STR_INIT(VERIFIER "A"), STR_INIT(CHALLENGE),
	  false },
	{ "one letter in the wrong case",
	  STR_INIT("DBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
	  STR_INIT(CHALLENGE), false },
	{ "the challenge itself, as \"plain\" would have it",
	  STR_INIT(CHALLENGE), STR_INIT(CHALLENGE), false },
	{ "the verifier as the challenge", STR_INIT(VERIFIER),
	  STR_INIT(VERIFIER), false },
	{ "no verifier", STR_INIT(""), STR_INIT(CHALLENGE), false },
	{ "an absent verifier", { NULL, 0 }, STR_INIT(CHALLENGE), false },
	{ "no challenge", STR_INIT(VERIFIER), STR_INIT(""), false },
	{ "an absent challenge", STR_INIT(VERIFIER), { NULL, 0 }, false },
	{ "both absent", { NULL, 0 }, { NULL, 0 }, false },
	{ "a challenge of the other alphabet", STR_INIT(VERIFIER),
	  STR_INIT("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM"), false },
	{ "a padded challenge", STR_INIT(VERIFIER), STR_INIT(CHALLENGE "="),
	  false },
};

/* A malformed verifier is refused even where its hash is the right one. */
static const struct {
	const char *what;
	struct str verifier;
	bool want;
} hashed[] = {
	{ "well formed", STR_INIT(TWENTY TWENTY "abc"), true },
	{ "the longest", STR_INIT(HUNDRED TWENTY "abcdefgh"), true },
	{ "of base64's alphabet", STR_INIT(TWENTY TWENTY "a+/="), false },
	{ "with a space, which '+' is in a form", STR_INIT(TWENTY TWENTY "a b"),
	  false },
	{ "too short", STR_INIT(TWENTY TWENTY "ab"), false },
	{ "too long", STR_INIT(HUNDRED TWENTY "abcdefghi"), false },
	{ "empty", STR_INIT(""), false },
};

static void test_hashed(struct arena *a)
{
	for (size_t i = 0; i < COUNT(hashed); i++) {
		struct hash digest = hash_sha256(hashed[i].verifier);
		struct str challenge = base64url_encode(a, digest.bytes,
							sizeof(digest.bytes));

		ok(pkce_verify(hashed[i].verifier, challenge) ==
		   hashed[i].want, "a verifier and its own hash, %s: %s",
		   hashed[i].what, hashed[i].want ? "good" : "refused");
	}
}

int main(void)
{
	struct arena *a = arena_new((size_t)1 << 20);

	for (size_t i = 0; i < COUNT(verifiers); i++)
		ok(pkce_is_verifier(verifiers[i].text) == verifiers[i].want,
		   "verifier, %s: %s", verifiers[i].what,
		   verifiers[i].want ? "good" : "refused");
	for (size_t i = 0; i < COUNT(challenges); i++)
		ok(pkce_is_challenge(challenges[i].text) == challenges[i].want,
		   "challenge, %s: %s", challenges[i].what,
		   challenges[i].want ? "good" : "refused");
	for (size_t i = 0; i < COUNT(pairs); i++)
		ok(pkce_verify(pairs[i].verifier, pairs[i].challenge) ==
		   pairs[i].want, "%s: %s", pairs[i].what,
		   pairs[i].want ? "good" : "refused");
	test_hashed(a);
	arena_free(a);
	return done_testing();
}
