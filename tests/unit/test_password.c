/*
 * test_password.c - passwords and client secrets: what fits, what it costs,
 * and how many run at once.
 */
#include <pthread.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/arena.h"
#include "crypto/password.h"
#include "crypto/random.h"
#include "tap.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define THREADS 6
#define KIB_EACH (64 * 1024)

/* The reference implementation's test.c: "password", "somesalt". */
#define REFERENCE "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$" \
	"CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
#define REFERENCE_SMALL "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$" \
	"nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
#define TWO_LANES "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$" \
	"bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc"
/* A salt and a digest as long as libsodium's own. */
#define OURS "GKDSvPI6RfDcfVPL0nBrLw$mkQCUE0GCIZ3ZpeVxFCmnCVZDsFSSeuHBuWOEVhOUnM"
#define TAIL "c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"

/* "fish", by sha256sum. */
#define FISH "sha256:" \
	"b474a99a2705e23cf905a484ec6d14ef58b56bbe62e9292783466ec363b5072d"

static struct secret secret(struct str s)
{
	return (struct secret){ s };
}

static const struct {
	const char *what;
	struct str password, stored;
	bool want;
} verdicts[] = {
	{ "the reference implementation", STR_INIT("password"),
	  STR_INIT(REFERENCE), true },
	{ "with other parameters", STR_INIT("password"),
	  STR_INIT(REFERENCE_SMALL), true },
	{ "of two lanes", STR_INIT("password"), STR_INIT(TWO_LANES), true },
	{ "another password, of two lanes", STR_INIT("differentpassword"),
	  STR_INIT(TWO_LANES), false },
	{ "less memory than there can be", STR_INIT("password"),
	  STR_INIT("$argon2id$v=19$m=7,t=2,p=1$" OURS), false },
	{ "no pass", STR_INIT("password"),
	  STR_INIT("$argon2id$v=19$m=8,t=0,p=1$" OURS), false },
	{ "a salt with padding", STR_INIT("password"),
	  STR_INIT("$argon2id$v=19$m=8,t=1,p=1$GKDSvPI6RfDcfVPL0nBrLw==$"
		   "mkQCUE0GCIZ3ZpeVxFCmnCVZDsFSSeuHBuWOEVhOUnM"), false },
	{ "a digest that ends in bits of nothing", STR_INIT("password"),
	  STR_INIT("$argon2id$v=19$m=8,t=1,p=1$GKDSvPI6RfDcfVPL0nBrLw$"
		   "mkQCUE0GCIZ3ZpeVxFCmnCVZDsFSSeuHBuWOEVhOUnN"), false },
	{ "a digest that is another's", STR_INIT("password"),
	  STR_INIT("$argon2id$v=19$m=8,t=1,p=1$" OURS), false },
	{ "another password", STR_INIT("differentpassword"),
	  STR_INIT(REFERENCE), false },
	{ "the password and a NUL", STR_INIT("password\0"),
	  STR_INIT(REFERENCE), false },
	{ "the password in another case", STR_INIT("Password"),
	  STR_INIT(REFERENCE), false },
	{ "an empty password", STR_INIT(""), STR_INIT(REFERENCE), false },
	{ "no password", { NULL, 0 }, STR_INIT(REFERENCE), false },
	{ "no such user", STR_INIT("password"), { NULL, 0 }, false },
	{ "no such user, and the password tried instead", STR_INIT("nobody"),
	  { NULL, 0 }, false },
	{ "a user without a password", STR_INIT("password"), STR_INIT(""),
	  false },
	{ "Argon2i", STR_INIT("password"),
	  STR_INIT("$argon2i$v=19$m=65536,t=2,p=1$" TAIL), false },
	{ "an unknown scheme", STR_INIT("password"),
	  STR_INIT("$1$c29tc2Fs$CTFhFdXPJO1aFaMaO6Mm5c"), false },
	{ "the password in clear", STR_INIT("password"), STR_INIT("password"),
	  false },
	{ "2 GiB", STR_INIT("password"),
	  STR_INIT("$argon2id$v=19$m=2097152,t=2,p=1$" TAIL), false },
	{ "a million passes", STR_INIT("password"),
	  STR_INIT("$argon2id$v=19$m=65536,t=1000000,p=1$" TAIL), false },
	{ "parameters cut off", STR_INIT("password"),
	  STR_INIT("$argon2id$v=19$m=65536"), false },
	{ "a number that is none", STR_INIT("password"),
	  STR_INIT("$argon2id$v=19$m=65k,t=2,p=1$" TAIL), false },
	{ "no passes", STR_INIT("password"),
	  STR_INIT("$argon2id$v=19$m=65536,p=1,t=2$" TAIL), false },
	{ "passes that are no number", STR_INIT("password"),
	  STR_INIT("$argon2id$v=19$m=65536,t=two,p=1$" TAIL), false },
	{ "another version", STR_INIT("password"),
	  STR_INIT("$argon2id$v=16$m=65536,t=2,p=1$" TAIL), false },
	{ "with a NUL and more", STR_INIT("password"),
	  STR_INIT(REFERENCE "\0more"), false },
	{ "with more after it", STR_INIT("password"),
	  STR_INIT(REFERENCE "more"), false },
	{ "too long for any", STR_INIT("password"),
	  STR_INIT(REFERENCE "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
	  false },
	{ "a digest cut off", STR_INIT("password"),
	  STR_INIT("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFh"), false },
};

static void test_verdicts(struct arena *a)
{
	for (size_t i = 0; i < COUNT(verdicts); i++) {
		ok(password_verify(a, secret(verdicts[i].password),
				   verdicts[i].stored) == verdicts[i].want,
		   "%s: %s", verdicts[i].want ? "fits" : "does not fit",
		   verdicts[i].what);
	}
}

static void test_hash(struct arena *a)
{
	char longest[PASSWORD_MAX + 1];
	struct str text = { longest, PASSWORD_MAX }, hash, again;

	memset(longest, 'x', sizeof(longest));
	hash = password_hash(a, secret(text));
	again = password_hash(a, secret(text));
	ok(str_starts(hash, STR("$argon2id$v=19$m=65536,t=2,p=1$")) &&
	   hash.len < 128, "hashed: %.*s", STR_ARG(hash));
	ok(!str_eq(hash, again), "with a salt of its own");
	ok(password_verify(a, secret(text), hash), "the longest fits");
	longest[PASSWORD_MAX - 1] = 'y';
	ok(!password_verify(a, secret(text), hash), "to its last byte");
	longest[PASSWORD_MAX - 1] = 'x';
	text.len++;
	ok(!password_hash(a, secret(text)).ptr &&
	   !password_verify(a, secret(text), hash), "a longer one is refused");
	ok(!password_hash(a, secret(STR("a\0b"))).ptr &&
	   !password_hash(a, secret(STR(""))).ptr &&
	   !password_hash(a, secret(STR_NONE)).ptr,
	   "with a NUL, empty or absent, too");
}

/* Milliseconds of this thread's own time: the best of three. */
static double cost(struct arena *a, struct str password, struct str stored)
{
	double best = 1e9;

	for (int i = 0; i < 3; i++) {
		struct timespec x, y;
		double ms;

		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &x);
		(void)password_verify(a, secret(password), stored);
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &y);
		ms = (double)(y.tv_sec - x.tv_sec) * 1e3 +
		     (double)(y.tv_nsec - x.tv_nsec) / 1e6;
		best = ms < best ? ms : best;
	}
	return best;
}

static void test_cost(struct arena *a)
{
	static const struct {
		const char *what;
		struct str password, stored;
	} alike[] = {
		{ "no such user", STR_INIT("wrong"), { NULL, 0 } },
		{ "a stored string that is none", STR_INIT("wrong"),
		  STR_INIT("x") },
		{ "Argon2id with a salt too short", STR_INIT("wrong"), STR_INIT(
			"$argon2id$v=19$m=65536,t=2,p=1$c29t$"
			"CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc") },
		{ "Argon2id cut off", STR_INIT("wrong"),
		  STR_INIT("$argon2id$v=19$m=65536,t=2,p=1$c29t") },
		{ "Argon2id of 2 GiB", STR_INIT("wrong"),
		  STR_INIT("$argon2id$v=19$m=2097152,t=2,p=1$" TAIL) },
		{ "a password with a NUL", STR_INIT("a\0b"),
		  STR_INIT(REFERENCE) },
		{ "an empty password", STR_INIT(""), STR_INIT(REFERENCE) },
	};
	const double known = cost(a, STR("wrong"), STR(REFERENCE));

	for (size_t i = 0; i < COUNT(alike); i++) {
		const double ms = cost(a, alike[i].password, alike[i].stored);

		ok(ms > known / 2 && ms < known * 2,
		   "%s costs what a wrong password does: %.0f ms, %.0f ms",
		   alike[i].what, ms, known);
	}
}

static long peak_kib(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

static void *verify_one(void *arg)
{
	bool *good = arg;
	struct arena *a = arena_new(1 << 16);

	*good = password_verify(a, secret(STR("password")), STR(REFERENCE));
	arena_free(a);
	return NULL;
}

/* First of all, for the peak never sinks. */
static void test_gate(struct arena *a)
{
	pthread_t threads[THREADS];
	bool good[THREADS] = { false };
	size_t right = 0;
	long before, after;

	(void)password_verify(a, secret(STR("password")), STR(REFERENCE));
	before = peak_kib();
	for (size_t i = 0; i < THREADS; i++) {
		if (pthread_create(&threads[i], NULL, verify_one, &good[i]))
			return;
	}
	for (size_t i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		right += good[i];
	}
	after = peak_kib();
	ok(right == THREADS, "%d threads at once, each served", THREADS);
	ok(after - before < PASSWORD_PARALLEL * KIB_EACH,
	   "%d of them at a time: a peak of %ld MiB, and of one %ld",
	   PASSWORD_PARALLEL, after / 1024, before / 1024);
}

static const struct {
	const char *what;
	struct str given, verifier;
	bool want;
} secrets[] = {
	{ "SHA-256", STR_INIT("fish"), STR_INIT(FISH), true },
	{ "another secret", STR_INIT("fish "), STR_INIT(FISH), false },
	{ "Argon2id", STR_INIT("password"), STR_INIT(REFERENCE_SMALL), true },
	{ "not Argon2id's", STR_INIT("fish"), STR_INIT(REFERENCE_SMALL),
	  false },
	{ "an empty secret", STR_INIT(""), STR_INIT(FISH), false },
	{ "an empty secret and its digest", STR_INIT(""), STR_INIT("sha256:"
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b"
		"7852b855"), false },
	{ "an absent secret", { NULL, 0 }, STR_INIT(FISH), false },
	{ "no verifier", STR_INIT("fish"), { NULL, 0 }, false },
	{ "an empty verifier", STR_INIT("fish"), STR_INIT(""), false },
	{ "neither", { NULL, 0 }, { NULL, 0 }, false },
	{ "no digest", STR_INIT("fish"), STR_INIT("sha256:"), false },
	{ "a digest cut off", STR_INIT("fish"), STR_INIT("sha256:b474a99a"),
	  false },
	{ "a digest with more after it", STR_INIT("fish"), STR_INIT(FISH "0"),
	  false },
	{ "a digest that is no hexadecimal", STR_INIT("fish"), STR_INIT(
		"sha256:g474a99a2705e23cf905a484ec6d14ef58b56bbe62e929278346"
		"6ec363b5072d"), false },
	{ "the secret in clear", STR_INIT("fish"), STR_INIT("fish"), false },
	{ "the verifier as the secret", STR_INIT(FISH), STR_INIT(FISH),
	  false },
};

static void test_secrets(struct arena *a)
{
	static const struct str ours =
		STR_INIT("pcs_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");
	struct str fast = secret_fast_verifier(a, secret(ours));
	char wiped[] = "fish";

	for (size_t i = 0; i < COUNT(secrets); i++) {
		ok(secret_verify(a, secret(secrets[i].given),
				 secrets[i].verifier) == secrets[i].want,
		   "secret_verify: %s", secrets[i].what);
	}
	ok(secret_eq(secret(STR("a")), secret(STR("a"))) &&
	   !secret_eq(secret(STR("a")), secret(STR("b"))) &&
	   !secret_eq(secret(STR("a")), secret(STR("ab"))),
	   "secret_eq: the same bytes");
	ok(!secret_eq(secret(STR("")), secret(STR(""))) &&
	   !secret_eq(secret(STR_NONE), secret(STR_NONE)) &&
	   !secret_eq(secret(STR("")), secret(STR_NONE)),
	   "secret_eq: the empty and the absent equal nothing");
	ok(str_starts(fast, STR("sha256:")) &&
	   secret_verify(a, secret(ours), fast), "the verifier of our own");
	ok(!secret_fast_verifier(a, secret(STR("fish"))).ptr &&
	   !secret_fast_verifier(a, secret(STR_NONE)).ptr &&
	   !secret_fast_verifier(a, secret(str_skip(ours, 1))).ptr,
	   "and of no other");
	secret_wipe(wiped, sizeof(wiped));
	ok(memcmp(wiped, "\0\0\0\0\0", sizeof(wiped)) == 0, "secret_wipe");
}

int main(void)
{
	struct arena *a = arena_new((size_t)1 << 20);

	crypto_init();
	test_gate(a);
	test_verdicts(a);
	test_hash(a);
	test_cost(a);
	test_secrets(a);
	arena_free(a);
	return done_testing();
}
