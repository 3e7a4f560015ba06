/*
 * compare.c - comparing a secret takes no longer the more of it is right.
 *
 * compare [MEASUREMENTS]: each of the comparisons that src/ makes, by
 * dudect.h.  In both classes the inputs are random; in one they agree with the
 * secret in all but the last byte, in the other in nothing.  Two controls that
 * end at the first difference must be found out, or else nothing that the others
 * show would mean anything.
 *
 * Codes and tokens are compared by no code of ours: their SHA-256 is looked up
 * in an index.  What happens to one before that is timed here.
 */
#include <string.h>

#include "../unit/tap.h"
#include "base/arena.h"
#include "base/base64.h"
#include "crypto/credential.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "dudect.h"
#include "endpoint/form_token.h"
#include "jose/jws.h"
#include "oauth/pkce.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define TEXT_LEN 47		/* of a client secret, "pcs_" and all */
#define VERIFIER_LEN 43

static struct arena *arena;
static const struct hash server_key = { "0123456789abcdef0123456789abcde" };

/* What is no secret of anybody's: the kernel's generator would take longer than
 * what is timed. */
static void fill(void *out, size_t n)
{
	static uint64_t state = 88172645463325252ULL;
	unsigned char *to = out;

	while (n > 0) {
		const size_t part = n < sizeof(state) ? n : sizeof(state);

		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		memcpy(to, &state, part);
		to += part;
		n -= part;
	}
}

/* A pair: what there is, and what is tried. */
struct pair {
	unsigned char a[64], b[64];
};

static void differ(unsigned char *b, const unsigned char *a, size_t n,
		   int class)
{
	if (class == 0)
		memcpy(b, a, n);
	else
		fill(b, n);
	/* Neither is ever right. */
	b[n - 1] = a[n - 1] ^ 1;
	if (class == 1)
		b[0] = a[0] ^ 1;
}

static void prepare_bytes(void *input, int class)
{
	struct pair *p = input;

	fill(p->a, sizeof(p->a));
	differ(p->b, p->a, HASH_LEN, class);
}

static void prepare_text(void *input, int class)
{
	struct pair *p = input;

	fill(p->a, sizeof(p->a));
	differ(p->b, p->a, TEXT_LEN, class);
}

/* How it must not be done: the controls. */
static int run_loop(const void *input)
{
	const struct pair *p = input;
	size_t i = 0;

	while (i < HASH_LEN && p->a[i] == p->b[i])
		i++;
	return i == HASH_LEN;
}

static int run_memcmp(const void *input)
{
	static volatile size_t n = TEXT_LEN;	/* so that it is a call */
	const struct pair *p = input;

	return memcmp(p->a, p->b, n) == 0;
}

static int run_hash_eq(const void *input)
{
	const struct pair *p = input;

	return hash_eq((const void *)p->a, (const void *)p->b);
}

static struct secret secret_of(const unsigned char *bytes, size_t n)
{
	return (struct secret){ { (const char *)bytes, n } };
}

static int run_secret_eq(const void *input)
{
	const struct pair *p = input;

	return secret_eq(secret_of(p->a, TEXT_LEN), secret_of(p->b, TEXT_LEN));
}

/* A client secret of ours, and what is stored of it. */
struct verified {
	char secret[TEXT_LEN + 1], verifier[80];
};

static void prepare_verified(void *input, int class)
{
	static const char digits[] = "0123456789abcdef";
	struct verified *v = input;
	unsigned char wrong[HASH_LEN];
	struct hash h;
	char *to = v->verifier;

	fill(v->secret, TEXT_LEN);
	h = hash_sha256((struct str){ v->secret, TEXT_LEN });
	differ(wrong, h.bytes, sizeof(wrong), class);
	memcpy(to, "sha256:", 7);
	to += 7;
	for (size_t i = 0; i < sizeof(wrong); i++) {
		*to++ = digits[wrong[i] >> 4];
		*to++ = digits[wrong[i] & 15];
	}
	*to = '\0';
}

static int run_verified(const void *input)
{
	const struct verified *v = input;

	return secret_verify(arena,
			     (struct secret){ { v->secret, TEXT_LEN } },
			     (struct str){ v->verifier, 7 + 64 });
}

/* A code_verifier, and a code_challenge. */
struct pkce {
	char verifier[VERIFIER_LEN + 1], challenge[PKCE_CHALLENGE_LEN + 1];
};

static void write_text(char *to, const void *bytes)
{
	struct str text = base64url_encode(arena, bytes, HASH_LEN);

	memcpy(to, text.ptr, text.len + 1);
	arena_reset(arena);
}

static void prepare_pkce(void *input, int class)
{
	struct pkce *p = input;
	unsigned char random[HASH_LEN], wrong[HASH_LEN];
	struct hash h;

	fill(random, sizeof(random));
	write_text(p->verifier, random);
	h = hash_sha256((struct str){ p->verifier, VERIFIER_LEN });
	differ(wrong, h.bytes, sizeof(wrong), class);
	write_text(p->challenge, wrong);
}

static int run_pkce(const void *input)
{
	const struct pkce *p = input;

	return pkce_verify((struct str){ p->verifier, VERIFIER_LEN },
			   (struct str){ p->challenge, PKCE_CHALLENGE_LEN });
}

/* A form token, for a request and a browser. */
#define PURPOSE STR("consent")
#define BROWSER STR("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")

struct form_try {
	char request[16], token[VERIFIER_LEN + 1];
};

static struct exchange exchange(void)
{
	return (struct exchange){ .arena = arena, .key = &server_key };
}

static void prepare_form(void *input, int class)
{
	struct form_try *f = input;
	struct exchange x = exchange();
	struct hash right, wrong;
	struct str token;

	fill(f->request, sizeof(f->request));
	token = form_token(&x, PURPOSE, BROWSER,
			   (struct str){ f->request, sizeof(f->request) });
	if (!base64url_decode(token, right.bytes, sizeof(right.bytes)))
		abort();
	differ(wrong.bytes, right.bytes, sizeof(wrong.bytes), class);
	write_text(f->token, wrong.bytes);
}

static int run_form(const void *input)
{
	const struct form_try *f = input;
	struct exchange x = exchange();
	int fits = form_token_fits(
		&x, PURPOSE, BROWSER,
		(struct str){ f->request, sizeof(f->request) },
		(struct str){ f->token, VERIFIER_LEN });

	arena_reset(arena);
	return fits;
}

/* An assertion by a shared secret (HS256). */
#define SIGNED "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJhIn0"

static const struct jwk *shared;

struct hs256 {
	unsigned char signature[HASH_LEN];
};

static void prepare_hs256(void *input, int class)
{
	const struct hash h = hash_hmac_raw(
		STR("0123456789abcdef0123456789abcdef"), STR(SIGNED));
	struct hs256 *s = input;

	differ(s->signature, h.bytes, sizeof(s->signature), class);
}

static int run_hs256(const void *input)
{
	const struct hs256 *s = input;
	const struct jws j = {
		.alg_name = STR("HS256"), .alg = JOSE_HS256,
		.signing_input = STR(SIGNED),
		.signature = { (const char *)s->signature, HASH_LEN },
	};

	return jws_verify(arena, &j, shared, JOSE_HS256);
}

/* A token, a code: nothing is compared, it is only hashed. */
struct token {
	struct credential c;
};

static void prepare_token(void *input, int class)
{
	static struct credential right;
	static int is_made;
	struct token *t = input;

	if (!is_made)
		right = credential_new();
	is_made = 1;
	differ(t->c.bytes, right.bytes, sizeof(t->c.bytes), class);
}

static int run_token(const void *input)
{
	const struct token *t = input;
	const struct hash h = credential_hash(&t->c);

	return h.bytes[0];
}

static const struct dudect controls[] = {
	{ "a loop that ends at the first difference", sizeof(struct pair),
	  prepare_bytes, run_loop },
	{ "memcmp()", sizeof(struct pair), prepare_text, run_memcmp },
};

static const struct dudect subjects[] = {
	{ "hash_eq", sizeof(struct pair), prepare_bytes, run_hash_eq },
	{ "secret_eq", sizeof(struct pair), prepare_text, run_secret_eq },
	{ "secret_verify: a client's secret", sizeof(struct verified),
	  prepare_verified, run_verified },
	{ "pkce_verify: a code_verifier", sizeof(struct pkce), prepare_pkce,
	  run_pkce },
	{ "form_token_fits", sizeof(struct form_try), prepare_form, run_form },
	{ "jws_verify: HS256", sizeof(struct hs256), prepare_hs256,
	  run_hs256 },
	{ "credential_hash: a code or a token", sizeof(struct token),
	  prepare_token, run_token },
};

int main(int argc, char **argv)
{
	long long count = 1000000;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	puts("1..0 # SKIP under a sanitizer time says nothing");
	return 0;
#endif
	if (argc > 1 && !str_number(str_of(argv[1]), &count))
		return 2;
	crypto_init();
	arena = arena_new((size_t)1 << 24);
	shared = jwk_from_secret(arena_new(1 << 16),
				 STR("0123456789abcdef0123456789abcdef"));
	for (size_t i = 0; i < COUNT(controls); i++)
		ok(dudect_leaks(&controls[i], (size_t)count),
		   "control, to be found out: %s", controls[i].what);
	for (size_t i = 0; i < COUNT(subjects); i++)
		ok(!dudect_leaks(&subjects[i], (size_t)count),
		   "%s takes the same time", subjects[i].what);
	arena_free(arena);
	return done_testing();
}
