/*
 * test_jose_memory.c - when OpenSSL gets no memory, nothing is answered: a good
 * signature is not called a bad one, a bad one not a good one, and no token
 * goes out without its signature.  The process aborts, as for any memory.
 *
 * Each attempt is a process of its own, in which one allocation fails.
 */
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "child.h"
#include "crypto/random.h"
#include "jose/jwk_cache.h"
#include "jose/jws.h"
#include "jose_examples.h"
#include "tap.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MEMORY ((size_t)1 << 20)

/* Allocations until the one that fails; 0: none does. */
static unsigned long until_failure;

static bool fails_now(void)
{
	return until_failure > 0 && --until_failure == 0;
}

static void *allocate(size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return fails_now() ? NULL : malloc(n);
}

static void *allocate_again(void *p, size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return fails_now() ? NULL : realloc(p, n);
}

static void give_back(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	free(p);
}

/* REFUSED: what is good; OpenSSL does not always say why it has failed. */
enum outcome { RIGHT, REFUSED, WRONG };

static const struct jwk *key(struct arena *a, const char *text)
{
	return jwk_parse(a, json_parse(a, str_of(text)));
}

static bool verifies(struct arena *a, const char *text, const char *jws,
		     enum jose_alg alg)
{
	const struct jwk *k = key(a, text);
	struct jws j;

	return k && jws_parse(a, str_of(jws), &j) && jws_verify(a, &j, k, alg);
}

static enum outcome good_rsa(struct arena *a)
{
	return verifies(a, RFC7515_A2_PUBLIC_KEY, RFC7515_A2, JOSE_RS256)
		       ? RIGHT : REFUSED;
}

static enum outcome good_ec(struct arena *a)
{
	return verifies(a, RFC7515_A3_PUBLIC_KEY, RFC7515_A3, JOSE_ES256)
		       ? RIGHT : REFUSED;
}

/* By another key, of the same size. */
static enum outcome bad_rsa(struct arena *a)
{
	return verifies(a, RFC7520_4_1_KEY, RFC7515_A2, JOSE_RS256) ? WRONG
								    : RIGHT;
}

static enum outcome bad_ec(struct arena *a)
{
	char text[] = RFC7515_A3;

	text[sizeof(text) - 10] ^= 1;
	return verifies(a, RFC7515_A3_PUBLIC_KEY, text, JOSE_ES256) ? WRONG
								    : RIGHT;
}

/* Its y is not that of RFC 7515 appendix A.3. */
static enum outcome no_point(struct arena *a)
{
	return key(a, "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\""
		      "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\",\"y\":\""
		      "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a8\"}")
		       ? WRONG : RIGHT;
}

/* Without a signature, or with one that does not verify, nothing goes out. */
static enum outcome signs(struct arena *a, const char *text, enum jose_alg alg)
{
	const struct jwk *k = key(a, text);
	struct jws j;

	if (!k)
		return REFUSED;
	if (!jws_parse(a, jws_sign(a, k, alg, STR("JWT"), STR("{}")), &j))
		return WRONG;
	return jws_verify(a, &j, k, alg) ? RIGHT : REFUSED;
}

static enum outcome sign_rsa(struct arena *a)
{
	return signs(a, RFC7515_A2_KEY, JOSE_PS256);
}

static enum outcome sign_ec(struct arena *a)
{
	return signs(a, RFC7515_A3_KEY, JOSE_ES256);
}

static enum outcome make_ec(struct arena *a)
{
	return jwk_generate(a, JOSE_ES256) ? RIGHT : WRONG;
}

static enum outcome make_rsa(struct arena *a)
{
	return jwk_generate(a, JOSE_RS256) ? RIGHT : WRONG;
}

/* step: RSA keys take thousands of allocations, of which some will do. */
static const struct {
	const char *what;
	enum outcome (*run)(struct arena *a);
	unsigned long step;
} attempts[] = {
	{ "a good signature of RSA", good_rsa, 1 },
	{ "a good signature of ECDSA", good_ec, 1 },
	{ "a bad signature of RSA", bad_rsa, 1 },
	{ "a bad signature of ECDSA", bad_ec, 1 },
	{ "what is no point of the curve", no_point, 1 },
	{ "signing by RSA", sign_rsa, 1 },
	{ "signing by ECDSA", sign_ec, 1 },
	{ "making a key of ECDSA", make_ec, 1 },
	{ "making a key of RSA", make_rsa, 97 },
};

struct attempt {
	enum outcome (*run)(struct arena *a);
	unsigned long nth;
};

/* The exit status of one that made no more allocations than that; of the
 * others it is the outcome. */
#define NOTHING_FAILED 10

static void attempt(const void *arg)
{
	const struct attempt *t = arg;
	enum outcome outcome;

	until_failure = t->nth;
	outcome = t->run(arena_new(MEMORY));
	_exit(until_failure > 0 ? NOTHING_FAILED : (int)outcome);
}

static void test_attempt(size_t i)
{
	struct attempt t = { attempts[i].run, 1 };
	struct arena *a = arena_new(MEMORY);
	unsigned aborted = 0, got[WRONG + 1] = { 0 };
	int status;

	/* What OpenSSL makes once in a process is made now. */
	ok(attempts[i].run(a) == RIGHT, "%s", attempts[i].what);
	arena_free(a);
	for (;; t.nth += attempts[i].step) {
		status = in_child(attempt, &t);
		if (WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT)
			aborted++;
		else if (WIFEXITED(status) && WEXITSTATUS(status) <= WRONG)
			got[WEXITSTATUS(status)]++;
		else
			break;
	}
	ok(WIFEXITED(status) && WEXITSTATUS(status) == NOTHING_FAILED &&
	   got[WRONG] == 0 && aborted > 10 * got[REFUSED],
	   "%s, each allocation failing: %u aborts, %u refusals, %u wrong",
	   attempts[i].what, aborted, got[REFUSED], got[WRONG]);
}

int main(void)
{
	if (CRYPTO_set_mem_functions(allocate, allocate_again, give_back) != 1)
		abort();
	crypto_init();
	for (size_t i = 0; i < COUNT(attempts); i++)
		test_attempt(i);
	return done_testing();
}
