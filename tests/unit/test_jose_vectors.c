/*
 * test_jose_vectors.c - the verdicts of Wycheproof (github.com/C2SP/wycheproof,
 * testvectors_v1) on signatures, keys, and what is signed with them.
 *
 * Looked for in $POSTERN_VECTORS, or beside the source tree.  Whatever must be
 * refused is refused; what is valid and yet refused is named, and why.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/base64.h"
#include "crypto/random.h"
#include "jose/jwk_set.h"
#include "jose/jws.h"
#include "jose/signature.h"
#include "tap.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The whole of a file of Wycheproof; NULL where it is not there. */
static const struct json *read_vectors(struct arena *a, const char *name)
{
	enum { ROOM = 1 << 20 };
	const char *folder = getenv("POSTERN_VECTORS");
	char *bytes = arena_alloc(a, ROOM);
	const struct json *j;
	struct buf path;
	size_t n;
	FILE *f;

	buf_init(&path, a);
	buf_addf(&path, "%s/wycheproof/%s.json",
		 folder ? folder : "../shared/vectors", name);
	f = fopen(buf_str(&path).ptr, "rb");
	if (!f) {
		skip("no Wycheproof here; POSTERN_VECTORS names its folder");
		return NULL;
	}
	n = fread(bytes, 1, ROOM, f);
	(void)fclose(f);
	j = n < ROOM ? json_parse(a, (struct str){ bytes, n }) : NULL;
	ok(j != NULL, "%s can be read", name);
	return j;
}

static struct str text_of(const struct json *object, const char *name)
{
	return json_text(json_member(object, str_of(name)));
}

static long long id_of(const struct json *test)
{
	long long id = 0;

	(void)json_integer(json_member(test, STR("tcId")), &id);
	return id;
}

static bool must_be(const struct json *test, struct str result)
{
	return str_eq(text_of(test, "result"), result);
}

static struct str unhex(struct arena *a, struct str hex)
{
	static const char digits[] = "0123456789abcdef";
	char *out = arena_alloc(a, hex.len / 2 + 1);

	for (size_t i = 0; i < hex.len / 2; i++) {
		const char *hi = strchr(digits, hex.ptr[2 * i]);
		const char *lo = strchr(digits, hex.ptr[2 * i + 1]);

		if (!hi || !lo)
			abort();
		out[i] = (char)((hi - digits) << 4 | (lo - digits));
	}
	return (struct str){ out, hex.len / 2 };
}

/* The groups of the raw signatures have their keys in several ways. */
static const struct jwk *group_key(struct arena *a, const struct json *group)
{
	const struct json *key = json_member(group, STR("publicKeyJwk"));
	struct str point, x, y;
	struct buf b;

	if (!key)
		key = json_member(group, STR("keyJwk"));
	if (key)
		return jwk_parse(a, key);
	point = unhex(a, text_of(json_member(group, STR("publicKey")),
				 "uncompressed"));
	x = base64url_encode(a, point.ptr + 1, 32);
	y = base64url_encode(a, point.ptr + 33, 32);
	buf_init(&b, a);
	json_object(&b, STR_NONE);
	json_string(&b, STR("kty"), STR("EC"));
	json_string(&b, STR("crv"), STR("P-256"));
	json_string(&b, STR("x"), x);
	json_string(&b, STR("y"), y);
	json_object_end(&b);
	return jwk_parse(a, json_parse(a, buf_str(&b)));
}

static const struct raw {
	const char *name;
	enum jose_alg alg;
	unsigned tests;
} raws[] = {
	{ "ed25519_test", JOSE_EDDSA, 151 },
	{ "ecdsa_secp256r1_sha256_p1363_test", JOSE_ES256, 262 },
	{ "rsa_signature_2048_sha256_test", JOSE_RS256, 259 },
	{ "rsa_pss_2048_sha256_mgf1_32_test", JOSE_PS256, 108 },
};

/* "acceptable" is one without the NULL that RFC 8017 wants; not for us. */
static void test_raw_group(struct arena *a, const struct raw *raw,
			   const struct json *group, unsigned *count)
{
	const struct jwk *k = group_key(a, group);
	const struct json *test =
		json_item(json_member(group, STR("tests")), 0);

	for (; test; test = json_next(test)) {
		const struct str message = unhex(a, text_of(test, "msg"));
		const struct str signature = unhex(a, text_of(test, "sig"));
		const bool good = k && signature_verify(k, raw->alg, message,
							signature);

		ok(good == must_be(test, STR("valid")), "%s %lld: %.*s: %s",
		   raw->name, id_of(test), STR_ARG(text_of(test, "comment")),
		   good ? "taken" : "refused");
		++*count;
	}
}

static void test_raw(struct arena *a)
{
	for (size_t i = 0; i < COUNT(raws); i++) {
		const struct json *all = read_vectors(a, raws[i].name);
		const struct json *group =
			json_item(json_member(all, STR("testGroups")), 0);
		unsigned count = 0;

		for (; group; group = json_next(group))
			test_raw_group(a, &raws[i], group, &count);
		ok(!all || count == raws[i].tests, "%s: all %u", raws[i].name,
		   raws[i].tests);
		arena_reset(a);
	}
}

/* By whichever algorithm a caller may expect. */
static bool verifies_by(struct arena *a, struct str text,
			const struct jwk_set *keys)
{
	struct jws j;

	if (!jws_parse(a, text, &j))
		return false;
	for (unsigned i = 0; i < JOSE_ALGS; i++) {
		const enum jose_alg alg = (enum jose_alg)i;
		const struct jwk *k = jwk_set_find(keys, j.kid, alg);

		if (k && jws_verify(a, &j, k, alg))
			return true;
	}
	return false;
}

/* A shared secret of a group; NULL where key is not one for HS256. */
static const struct jwk *secret_key(struct arena *a, const struct json *key)
{
	struct str secret;

	return str_eq(text_of(key, "kty"), STR("oct")) &&
	       str_eq(text_of(key, "alg"), STR("HS256")) &&
	       base64url_decode_all(a, text_of(key, "k"), &secret) ?
		jwk_from_secret(a, secret) : NULL;
}

static bool verifies_by_secret(struct arena *a, struct str text,
			       const struct json *key)
{
	const struct jwk *k = secret_key(a, key);
	struct jws j;

	return k && jws_parse(a, text, &j) && jws_verify(a, &j, k, JOSE_HS256);
}

/* Does the header name an algorithm that is not offered?  Which, for TAP. */
static bool is_not_offered(struct arena *a, struct str text,
			   struct str *alg_name)
{
	struct str header, json = text;

	if (!base64url_decode_all(a, str_cut(&json, '.'), &header))
		return false;
	*alg_name = text_of(json_parse(a, header), "alg");
	return jose_alg_find(*alg_name) == JOSE_NO_ALG;
}

static const struct {
	long long id;
	const char *why;
} signature_exceptions[] = {
	{ 259, "an empty payload" },
	{ 272, "an empty payload" },
	{ 372, "a character that is no base64url" },
	{ 373, "a character that is no base64url" },
};

/* Valid by Wycheproof, and refused on purpose? */
static bool is_exception(struct arena *a, const struct json *test)
{
	struct str alg;

	if (is_not_offered(a, text_of(test, "jws"), &alg)) {
		printf("# refused: %lld, %.*s: %.*s is not offered\n",
		       id_of(test), STR_ARG(text_of(test, "comment")),
		       STR_ARG(alg));
		return true;
	}
	for (size_t i = 0; i < COUNT(signature_exceptions); i++) {
		if (signature_exceptions[i].id == id_of(test)) {
			printf("# refused: %lld, %s\n", id_of(test),
			       signature_exceptions[i].why);
			return true;
		}
	}
	return false;
}

/*
 * 367 and 370, "invalidBase64Padding" and the same of the payload, are byte for
 * byte 357, "ValidMac": the padding was lost when the file was made.  Where
 * padding is refused, test_jws.c shows.
 */
static bool is_also_valid(const struct json *tests, const struct json *test)
{
	if (id_of(test) != 367 && id_of(test) != 370)
		return false;
	for (tests = json_item(tests, 0); tests; tests = json_next(tests)) {
		if (must_be(tests, STR("valid")) &&
		    str_eq(text_of(tests, "jws"), text_of(test, "jws"))) {
			printf("# taken: %lld, which is %lld again\n",
			       id_of(test), id_of(tests));
			return true;
		}
	}
	return false;
}

static bool verifies(struct arena *a, struct str text, const struct json *key)
{
	const struct jwk *k;

	if (str_eq(text_of(key, "kty"), STR("oct")))
		return verifies_by_secret(a, text, key);
	k = jwk_parse(a, key);
	return k && verifies_by(a, text, &(struct jwk_set){ &k, 1 });
}

/* The number of those that are taken. */
static unsigned test_signature_group(struct arena *a, const struct json *group,
				     unsigned *count)
{
	const struct json *tests = json_member(group, STR("tests"));
	const struct json *key = json_member(group, STR("public"));
	const struct json *test = json_item(tests, 0);
	unsigned taken = 0;

	if (!key)
		key = json_member(group, STR("private"));
	for (; test; test = json_next(test)) {
		const bool good = verifies(a, text_of(test, "jws"), key);
		const bool want = must_be(test, STR("valid"))
			? !is_exception(a, test)
			: is_also_valid(tests, test);

		ok(good == want, "json_web_signature_test %lld: %.*s: %s",
		   id_of(test), STR_ARG(text_of(test, "comment")),
		   good ? "taken" : "refused");
		++*count;
		taken += good;
	}
	return taken;
}

static void test_signatures(struct arena *a)
{
	const struct json *all = read_vectors(a, "json_web_signature_test");
	const struct json *group =
		json_item(json_member(all, STR("testGroups")), 0);
	unsigned count = 0, taken = 0;

	for (; group; group = json_next(group))
		taken += test_signature_group(a, group, &count);
	ok(!all || (count == 401 && taken == 24),
	   "json_web_signature_test: all 401, of which %u are taken", taken);
}

static void test_key(struct arena *a, const struct json *group,
		     const struct json *test)
{
	const struct json *keys = json_member(group, STR("public"));
	const struct json *private = json_member(group, STR("private"));
	const struct str text = text_of(test, "jws");
	bool want = must_be(test, STR("valid"));
	struct jwk_set s;
	bool good;

	ok(!jwk_set_parse(a, json_text_of(a, private), &s),
	   "%lld: a set of private or shared keys is refused", id_of(test));
	if (keys) {
		good = jwk_set_parse(a, json_text_of(a, keys), &s) &&
		       verifies_by(a, text, &s);
		want = want && !is_exception(a, test);
	} else {
		good = verifies_by_secret(
			a, text,
			json_item(json_member(private, STR("keys")), 0));
		want = want && !is_exception(a, test);
		/* Right by the first of the keys, and refused for what else
		 * is in the set: which jwk_set_parse() did. */
		if (id_of(test) == 1 || id_of(test) == 4)
			return;
	}
	ok(good == want, "json_web_key_test %lld: %.*s, %.*s: %s",
	   id_of(test), STR_ARG(text_of(group, "comment")),
	   STR_ARG(text_of(test, "comment")), good ? "taken" : "refused");
}

static void test_keys(struct arena *a)
{
	const struct json *all = read_vectors(a, "json_web_key_test");
	const struct json *group =
		json_item(json_member(all, STR("testGroups")), 0);
	unsigned count = 0;

	for (; group; group = json_next(group)) {
		const struct json *test =
			json_item(json_member(group, STR("tests")), 0);

		for (; test; test = json_next(test)) {
			test_key(a, group, test);
			count++;
		}
	}
	ok(!all || count == 26, "json_web_key_test: all 26");
}

int main(void)
{
	struct arena *a = arena_new((size_t)1 << 26);

	crypto_init();
	test_raw(a);
	test_signatures(a);
	arena_reset(a);
	test_keys(a);
	arena_free(a);
	return done_testing();
}
