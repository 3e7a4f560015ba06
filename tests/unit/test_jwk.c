/*
 * test_jwk.c - which keys are taken, what is written of them, and their
 * thumbprints.
 */
#include <string.h>

#include "base/arena.h"
#include "base/base64.h"
#include "crypto/random.h"
#include "jose/jwk.h"
#include "jose/jws.h"
#include "jose_examples.h"
#include "tap.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The one place where from stands in text replaced. */
static struct str replace(struct arena *a, const char *text, const char *from,
			  const char *to)
{
	const char *at = strstr(text, from);
	struct buf b;

	if (!at) {
		ok(false, "\"%s\" is in the key", from);
		return STR_NONE;
	}
	buf_init(&b, a);
	buf_add(&b, (struct str){ text, (size_t)(at - text) });
	buf_add(&b, str_of(to));
	buf_add(&b, str_of(at + strlen(from)));
	return buf_str(&b);
}

static const struct jwk *parse(struct arena *a, struct str text)
{
	const struct json *value = json_parse(a, text);

	if (!value)
		ok(false, "JSON: %.*s", STR_ARG(text));
	return jwk_parse(a, value);
}

static struct str written(struct arena *a, const struct jwk *k,
			  bool with_private)
{
	struct buf b;

	buf_init(&b, a);
	jwk_write(&b, STR_NONE, k, with_private);
	return buf_str(&b);
}

static const struct {
	const char *what, *text;
	enum jose_alg alg;
	bool is_private;
} taken[] = {
	{ "RFC 7515 appendix A.2, public", RFC7515_A2_PUBLIC_KEY, JOSE_RS256,
	  false },
	{ "RFC 7515 appendix A.2", RFC7515_A2_KEY, JOSE_PS256, true },
	{ "RFC 7515 appendix A.3, public", RFC7515_A3_PUBLIC_KEY, JOSE_ES256,
	  false },
	{ "RFC 7515 appendix A.3", RFC7515_A3_KEY, JOSE_ES256, true },
	{ "RFC 8037 appendix A.2", RFC8037_PUBLIC_KEY, JOSE_EDDSA, false },
	{ "RFC 8037 appendix A.1", RFC8037_KEY, JOSE_EDDSA, true },
};

static void test_taken(struct arena *a)
{
	for (size_t i = 0; i < COUNT(taken); i++) {
		const struct jwk *k = parse(a, str_of(taken[i].text));

		if (!ok(k != NULL, "%s is taken", taken[i].what))
			continue;
		ok(jwk_is_private(k) == taken[i].is_private &&
		   !jwk_kid(k).ptr && jwk_alg(k) == JOSE_NO_ALG,
		   "%s: no kid, no alg", taken[i].what);
		for (unsigned alg = 0; alg <= JOSE_ALGS; alg++) {
			const bool want = alg == taken[i].alg ||
				(alg <= JOSE_PS256 &&
				 taken[i].alg <= JOSE_PS256);

			ok(jwk_fits(k, (enum jose_alg)alg) == want,
			   "%s: %s", taken[i].what, want ? "fits" : "no fit");
		}
	}
}

static const struct {
	const char *what, *key, *from, *to;
} refused[] = {
	{ "kty of another case", RFC7515_A3_KEY, "\"EC\"", "\"ec\"" },
	{ "kty missing", RFC7515_A3_KEY, "\"kty\":\"EC\",", "" },
	{ "kty no string", RFC7515_A3_KEY, "\"EC\"", "1" },
	{ "kty unknown", RFC7515_A3_KEY, "\"EC\"", "\"AKP\"" },
	{ "kty another's", RFC7515_A3_KEY, "\"EC\"", "\"RSA\"" },
	{ "kty oct", RFC7515_A3_KEY, "\"EC\"", "\"oct\",\"k\":\""
	  RFC7515_A1_SECRET "\"" },
	{ "P-384", RFC7515_A3_PUBLIC_KEY, "P-256", "P-384" },
	{ "secp256k1", RFC7515_A3_PUBLIC_KEY, "P-256", "secp256k1" },
	{ "crv missing", RFC7515_A3_PUBLIC_KEY, "\"crv\":\"P-256\",", "" },
	{ "not on the curve", RFC7515_A3_PUBLIC_KEY, "5a0\"", "5a8\"" },
	{ "x of 33 bytes", RFC7515_A3_PUBLIC_KEY, "\"x\":\"", "\"x\":\"AAAA" },
	{ "x of 30 bytes", RFC7515_A3_PUBLIC_KEY, "\"x\":\"f83O", "\"x\":\"" },
	{ "x empty", RFC7515_A3_PUBLIC_KEY,
	  "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "" },
	{ "x missing", RFC7515_A3_PUBLIC_KEY, "\"x\"", "\"X\"" },
	{ "x no string", RFC7515_A3_PUBLIC_KEY, "\"x\":", "\"x\":null,\"z\":" },
	{ "x with padding", RFC7515_A3_PUBLIC_KEY, "VEU\"", "VEU=\"" },
	{ "x with bits left over", RFC7515_A3_PUBLIC_KEY, "VEU\"", "VEV\"" },
	{ "x not base64url", RFC7515_A3_PUBLIC_KEY, "f83O", "f83+" },
	{ "d of another point", RFC7515_A3_KEY, "-E9LI", "-E9LE" },
	{ "d empty", RFC7515_A3_KEY,
	  "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI", "" },
	{ "d zero", RFC7515_A3_KEY,
	  "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI",
	  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" },
	{ "d with a byte before it", RFC7515_A3_KEY, "\"d\":\"",
	  "\"d\":\"AAAA" },
	{ "d no string", RFC7515_A3_KEY, "\"d\":", "\"d\":7,\"D\":" },
	{ "n with leading zeros", RFC7515_A2_PUBLIC_KEY, "\"n\":\"",
	  "\"n\":\"AAAA" },
	{ "n even", RFC7515_A2_PUBLIC_KEY, "XpoQ\"", "Xpog\"" },
	{ "n empty", RFC7515_A2_PUBLIC_KEY, "\"n\":", "\"n\":\"\",\"N\":" },
	{ "n missing", RFC7515_A2_PUBLIC_KEY, "\"n\":", "\"N\":" },
	{ "n of 2033 bits", RFC7515_A2_PUBLIC_KEY, "\"n\":\"ofgW",
	  "\"n\":\"Afg" },
	{ "n of 2047 bits", RFC7515_A2_PUBLIC_KEY, "\"n\":\"ofgW",
	  "\"n\":\"YfgW" },
	{ "e missing", RFC7515_A2_PUBLIC_KEY, "\"e\":", "\"E\":" },
	{ "e = 1", RFC7515_A2_PUBLIC_KEY, "AQAB", "AQ" },
	{ "e = 0", RFC7515_A2_PUBLIC_KEY, "AQAB", "AA" },
	{ "e = 2", RFC7515_A2_PUBLIC_KEY, "AQAB", "Ag" },
	{ "e = 65538", RFC7515_A2_PUBLIC_KEY, "AQAB", "AQAC" },
	{ "e empty", RFC7515_A2_PUBLIC_KEY, "AQAB", "" },
	{ "e with leading zeros", RFC7515_A2_PUBLIC_KEY, "AQAB", "AAEAAQ" },
	{ "e of 72 bits", RFC7515_A2_PUBLIC_KEY, "AQAB", "AQAAAAAAAAAB" },
	{ "primes that can be found out", ROCA_KEY, "AQAB", "AQAB" },
	{ "d of another n", RFC7515_A2_KEY, "\"n\":\"ofgW", "\"n\":\"ofgX" },
	{ "p without q", RFC7515_A2_KEY, "\"q\":", "\"Q\":" },
	{ "primes without d", RFC7515_A2_KEY, "\"d\":", "\"D\":" },
	{ "dp empty", RFC7515_A2_KEY, "\"dp\":", "\"dp\":\"\",\"Dp\":" },
	{ "more than two primes", RFC7515_A2_KEY, "\"e\":",
	  "\"oth\":[],\"e\":" },
	{ "X25519", RFC8037_PUBLIC_KEY, "Ed25519", "X25519" },
	{ "Ed448", RFC8037_PUBLIC_KEY, "Ed25519", "Ed448" },
	{ "an Ed25519 key of 31 bytes", RFC8037_PUBLIC_KEY,
	  "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
	  "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHUQ" },
	{ "an Ed25519 key of small order", RFC8037_PUBLIC_KEY,
	  "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
	  "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" },
	{ "another's seed", RFC8037_KEY, "nWGx", "nWGy" },
	{ "a seed of 31 bytes", RFC8037_KEY, "xyuf2A", "xyufw" },
	{ "kid no string", RFC8037_KEY, "\"kty\"", "\"kid\":1,\"kty\"" },
	{ "use no string", RFC8037_KEY, "\"kty\"", "\"use\":[],\"kty\"" },
	{ "alg no string", RFC8037_KEY, "\"kty\"", "\"alg\":null,\"kty\"" },
	{ "key_ops no array", RFC8037_KEY, "\"kty\"",
	  "\"key_ops\":\"verify\",\"kty\"" },
	{ "key_ops of other things", RFC8037_KEY, "\"kty\"",
	  "\"key_ops\":[\"verify\",1],\"kty\"" },
};

static void test_refused(struct arena *a)
{
	for (size_t i = 0; i < COUNT(refused); i++)
		ok(!parse(a, replace(a, refused[i].key, refused[i].from,
				     refused[i].to)),
		   "refused: %s", refused[i].what);
	ok(!jwk_parse(a, NULL), "refused: nothing");
	ok(!parse(a, STR("[]")) && !parse(a, STR("\"x\"")),
	   "refused: no object");
}

/* n: so many bytes of ones. */
static bool takes_modulus(struct arena *a, size_t bytes)
{
	unsigned char *n = arena_alloc(a, bytes);
	struct str text;
	struct buf b;

	memset(n, 0xff, bytes);
	text = base64url_encode(a, n, bytes);
	buf_init(&b, a);
	buf_addf(&b, "{\"kty\":\"RSA\",\"e\":\"Aw\",\"n\":\"%.*s\"}",
		 STR_ARG(text));
	return parse(a, buf_str(&b)) != NULL;
}

static void test_modulus(struct arena *a)
{
	ok(!takes_modulus(a, 255), "2040 bits are too few");
	ok(takes_modulus(a, 256), "2048 bits are enough, and e = 3 will do");
	ok(takes_modulus(a, 1024), "8192 bits are not too many");
	ok(!takes_modulus(a, 1025), "8200 bits are");
}

static const struct {
	const char *members;	/* before the others of RFC8037_KEY */
	bool public_fits, private_fits, verifies, signs;
} purposes[] = {
	{ "", true, true, true, true },
	{ "\"alg\":\"EdDSA\",", true, true, true, true },
	{ "\"alg\":\"ES256\",", false, false, false, false },
	{ "\"alg\":\"none\",", false, false, false, false },
	{ "\"alg\":\"\",", false, false, false, false },
	{ "\"use\":\"sig\",", true, true, true, true },
	{ "\"use\":\"enc\",", false, false, false, false },
	{ "\"use\":\"\",", false, false, false, false },
	{ "\"key_ops\":[\"verify\"],", true, true, true, false },
	{ "\"key_ops\":[\"sign\"],", false, true, false, true },
	{ "\"key_ops\":[\"sign\",\"verify\"],", true, true, true, true },
	{ "\"key_ops\":[\"verify\",\"sign\",\"verify\"],", true, true, true,
	  true },
	{ "\"key_ops\":[\"deriveKey\"],", false, false, false, false },
	{ "\"key_ops\":[],", false, false, false, false },
	{ "\"use\":\"enc\",\"key_ops\":[\"verify\"],", false, false, false,
	  false },
};

static void test_purposes(struct arena *a)
{
	struct jws j;

	if (!ok(jws_parse(a, STR(RFC8037_A4), &j), "RFC 8037 appendix A.4"))
		return;
	for (size_t i = 0; i < COUNT(purposes); i++) {
		struct buf with;
		const struct jwk *public, *private;

		buf_init(&with, a);
		buf_addf(&with, "{%s", purposes[i].members);
		public = parse(a, replace(a, RFC8037_PUBLIC_KEY, "{",
					  buf_str(&with).ptr));
		private = parse(a, replace(a, RFC8037_KEY, "{",
					   buf_str(&with).ptr));
		if (!ok(public && private, "taken with %s",
			purposes[i].members))
			continue;
		ok(jwk_fits(public, JOSE_EDDSA) == purposes[i].public_fits &&
		   jwk_fits(private, JOSE_EDDSA) == purposes[i].private_fits,
		   "it fits, or not");
		ok(jws_verify(a, &j, public, JOSE_EDDSA) ==
			   purposes[i].verifies &&
		   jws_verify(a, &j, private, JOSE_EDDSA) ==
			   purposes[i].verifies, "it verifies, or not");
		ok((jws_sign(a, private, JOSE_EDDSA, STR_NONE, STR("x")).ptr
		    != NULL) == purposes[i].signs, "it signs, or not");
	}
}

static void test_secret(struct arena *a)
{
	const struct jwk *k;
	struct buf b;

	ok(!jwk_from_secret(a, STR_NONE) && !jwk_from_secret(a, STR("")) &&
	   !jwk_from_secret(a, STR("0123456789012345678901234567890")),
	   "no secret of 31 bytes or fewer");
	k = jwk_from_secret(a, STR("01234567890123456789012345678901"));
	if (!ok(k && jwk_fits(k, JOSE_HS256) && jwk_alg(k) == JOSE_HS256,
		"one of 32"))
		return;
	ok(!jwk_fits(k, JOSE_RS256) && !jwk_fits(k, JOSE_EDDSA) &&
	   !jwk_fits(k, JOSE_NO_ALG), "for nothing else");
	buf_init(&b, a);
	jwk_write(&b, STR_NONE, k, true);
	ok(str_eq(buf_str(&b), STR("{\"kty\":\"oct\",\"alg\":\"HS256\","
				   "\"use\":\"sig\"}")),
	   "it is not written, not even where asked");
}

static void test_thumbprints(struct arena *a)
{
	const struct jwk *rsa = parse(a, STR(RFC7638_KEY));
	const struct jwk *okp = parse(a, STR(RFC8037_KEY));
	const struct jwk *ec = parse(a, STR(RFC7515_A3_KEY));
	const struct jwk *ec_public = parse(a, STR(RFC7515_A3_PUBLIC_KEY));

	if (!ok(rsa && okp && ec && ec_public, "keys"))
		return;
	ok(str_eq(jwk_thumbprint(a, rsa), STR(RFC7638_THUMBPRINT)),
	   "RFC 7638 section 3.1");
	ok(str_eq(jwk_thumbprint(a, okp), STR(RFC8037_THUMBPRINT)),
	   "RFC 8037 appendix A.3");
	ok(str_eq(jwk_thumbprint(a, ec), STR(
		"oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U")),
	   "EC: RFC 7515 appendix A.3's");
	ok(str_eq(jwk_thumbprint(a, ec), jwk_thumbprint(a, ec_public)),
	   "the private part is not in it");
	ok(str_eq(jwk_kid(rsa), STR("2011-04-29")) &&
	   jwk_alg(rsa) == JOSE_RS256 && jwk_fits(rsa, JOSE_RS256) &&
	   !jwk_fits(rsa, JOSE_PS256), "kid and alg");
}

static void test_written(struct arena *a)
{
	const struct jwk *k = parse(a, replace(a, RFC8037_KEY, "{",
		"{\"kid\":\"a\\\"b\",\"use\":\"sig\",\"alg\":\"EdDSA\","
		"\"more\":1,"));
	struct buf b;

	if (!ok(k != NULL, "a key"))
		return;
	buf_init(&b, a);
	json_object(&b, STR_NONE);
	jwk_write(&b, STR("jwk"), k, false);
	json_object_end(&b);
	ok(str_eq(buf_str(&b), STR(
		"{\"jwk\":{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\""
		"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\","
		"\"alg\":\"EdDSA\",\"use\":\"sig\",\"kid\":\"a\\\"b\"}}")),
	   "public, as a member");
	ok(str_eq(written(a, k, true), STR(
		"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\""
		"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\",\"d\":\""
		"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A\","
		"\"alg\":\"EdDSA\",\"use\":\"sig\",\"kid\":\"a\\\"b\"}")),
	   "private");
}

/* A new key can be written, read again, and both are the same. */
static void test_generated(struct arena *a)
{
	for (unsigned i = 0; i < JOSE_HS256; i++) {
		const enum jose_alg alg = (enum jose_alg)i;
		const struct jwk *k = jwk_generate(a, alg), *private, *public;
		const struct jwk *other = jwk_generate(a, alg);
		struct str token;
		struct jws j;

		if (!ok(k && jwk_alg(k) == alg && jwk_fits(k, alg) &&
			jwk_is_private(k) &&
			str_eq(jwk_kid(k), jwk_thumbprint(a, k)),
			"%s: a new key", jose_alg_name(alg).ptr))
			continue;
		private = parse(a, written(a, k, true));
		public = parse(a, written(a, k, false));
		if (!ok(private && public && jwk_is_private(private) &&
			!jwk_is_private(public), "it can be read again"))
			continue;
		ok(str_eq(written(a, private, true), written(a, k, true)) &&
		   str_eq(written(a, public, true), written(a, k, false)),
		   "as the same");
		ok(!str_has(written(a, k, false), '\0') &&
		   !strstr(written(a, k, false).ptr, "\"d\""),
		   "and the public one has no private part");
		token = jws_sign(a, private, alg, STR("JWT"), STR("x"));
		ok(jws_parse(a, token, &j) && jws_verify(a, &j, public, alg) &&
		   str_eq(j.kid, jwk_kid(k)), "it signs");
		ok(!jws_verify(a, &j, other, alg), "as no other does");
		ok(!jws_sign(a, public, alg, STR_NONE, STR("x")).ptr,
		   "the public one does not sign");
	}
	ok(!jwk_generate(a, JOSE_HS256) && !jwk_generate(a, JOSE_NO_ALG),
	   "none of shared secrets");
}

int main(void)
{
	static void (*const tests[])(struct arena *a) = {
		test_taken, test_refused, test_modulus, test_purposes,
		test_secret, test_thumbprints, test_written, test_generated,
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
