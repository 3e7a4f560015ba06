/*
 * test_jwk_set.c - which sets of keys are taken, and which of their keys is
 * found.
 */
#include "base/arena.h"
#include "crypto/random.h"
#include "jose/jwk_set.h"
#include "jose_examples.h"
#include "tap.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define KEY_A "{\"kid\":\"a\",\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":" \
	"\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}"
#define KEY_B "{\"kid\":\"b\",\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":" \
	"\"PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw\"}"
#define KEY_NO_KID "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":" \
	"\"PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw\"}"
#define KEY_EC "{\"kid\":\"a\",\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" \
	"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\",\"y\":\"" \
	"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}"

static const struct {
	const char *what;
	struct str text;
	bool want;
	size_t count;
} sets[] = {
	{ "none", STR_INIT("{\"keys\":[]}"), true, 0 },
	{ "two", STR_INIT("{\"keys\":[" KEY_A "," KEY_B "]}"), true, 2 },
	{ "members besides", STR_INIT("{\"a\":1,\"keys\":[" KEY_A "]}"), true,
	  1 },
	{ "unknown kty, no object, no key", STR_INIT(
		"{\"keys\":[{\"kty\":\"AKP\"},7,null,{}," KEY_A
		",{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"\"}]}"), true,
	  1 },
	{ "no set", STR_INIT(KEY_A), false, 0 },
	{ "an array", STR_INIT("[" KEY_A "]"), false, 0 },
	{ "keys an object", STR_INIT("{\"keys\":" KEY_A "}"), false, 0 },
	{ "keys of another case", STR_INIT("{\"Keys\":[]}"), false, 0 },
	{ "keys twice", STR_INIT("{\"keys\":[],\"keys\":[]}"), false, 0 },
	{ "nothing", STR_INIT(""), false, 0 },
	{ "absent", { NULL, 0 }, false, 0 },
	{ "no JSON", STR_INIT("{\"keys\":[" KEY_A "]"), false, 0 },
	{ "a private key", STR_INIT("{\"keys\":[" KEY_A "," RFC8037_KEY "]}"),
	  false, 0 },
	{ "a private RSA key", STR_INIT("{\"keys\":[" RFC7515_A2_KEY "]}"),
	  false, 0 },
	{ "a shared secret", STR_INIT("{\"keys\":[" KEY_A
		",{\"kty\":\"oct\",\"k\":\"AA\"}]}"), false, 0 },
	{ "a private part of an unknown kty", STR_INIT("{\"keys\":[" KEY_A
		",{\"kty\":\"AKP\",\"priv\":\"AA\"}]}"), false, 0 },
	{ "a private part that is null", STR_INIT("{\"keys\":["
		"{\"kty\":\"EC\",\"d\":null}]}"), false, 0 },
};

static void test_sets(struct arena *a)
{
	for (size_t i = 0; i < COUNT(sets); i++) {
		struct jwk_set s = { NULL, 77 };
		const bool got = jwk_set_parse(a, sets[i].text, &s);

		ok(got == sets[i].want &&
		   s.count == (got ? sets[i].count : 77), "a set: %s",
		   sets[i].what);
	}
}

static const struct {
	const char *what, *text, *kid;
	enum jose_alg alg;
	bool want;
} searches[] = {
	{ "by kid", KEY_A "," KEY_B, "b", JOSE_EDDSA, true },
	{ "by a kid that is not there", KEY_A "," KEY_B, "c", JOSE_EDDSA,
	  false },
	{ "by an empty kid", KEY_A "," KEY_B, "", JOSE_EDDSA, false },
	{ "by kid for another alg", KEY_A "," KEY_B, "b", JOSE_ES256, false },
	{ "by kid for no alg", KEY_A "," KEY_B, "b", JOSE_NO_ALG, false },
	{ "without kid, of two", KEY_A "," KEY_B, NULL, JOSE_EDDSA, false },
	{ "without kid, of one", KEY_A, NULL, JOSE_EDDSA, true },
	{ "without kid, of one that fits", KEY_A "," KEY_EC, NULL, JOSE_ES256,
	  true },
	{ "kid twice", KEY_A "," KEY_B "," KEY_A, "a", JOSE_EDDSA, false },
	{ "kid twice, for two algs", KEY_A "," KEY_EC, "a", JOSE_ES256, true },
	{ "by kid, where the key has none", KEY_NO_KID, "b", JOSE_EDDSA,
	  false },
	{ "in none", "", NULL, JOSE_EDDSA, false },
};

static void test_searches(struct arena *a)
{
	for (size_t i = 0; i < COUNT(searches); i++) {
		struct jwk_set s;
		struct buf b;
		const struct jwk *k;

		buf_init(&b, a);
		buf_addf(&b, "{\"keys\":[%s]}", searches[i].text);
		if (!ok(jwk_set_parse(a, buf_str(&b), &s), "a set"))
			continue;
		k = jwk_set_find(&s, str_of(searches[i].kid),
				 searches[i].alg);
		ok((k != NULL) == searches[i].want &&
		   (!k || !searches[i].kid ||
		    str_eq(jwk_kid(k), str_of(searches[i].kid))),
		   "found, or not: %s", searches[i].what);
	}
}

static void test_many(struct arena *a)
{
	struct jwk_set s;
	struct buf b;

	buf_init(&b, a);
	buf_add(&b, STR("{\"keys\":[{}"));
	for (int i = 0; i < JWK_SET_MAX; i++)
		buf_add(&b, STR("," KEY_EC));
	buf_add(&b, STR("," KEY_B "]}"));
	ok(jwk_set_parse(a, buf_str(&b), &s) && s.count == JWK_SET_MAX - 1 &&
	   !jwk_set_find(&s, STR("b"), JOSE_EDDSA),
	   "the first 100 are looked at");
}

int main(void)
{
	static void (*const tests[])(struct arena *a) = {
		test_sets, test_searches, test_many,
	};
	struct arena *a = arena_new((size_t)1 << 24);

	crypto_init();
	for (size_t i = 0; i < COUNT(tests); i++) {
		tests[i](a);
		arena_reset(a);
	}
	arena_free(a);
	return done_testing();
}
