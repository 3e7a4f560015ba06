/*
 * test_jws.c - JSON Web Signatures: the examples of RFCs 7515, 7520 and 8037,
 * and what is refused.
 */
#include <string.h>

#include "base/arena.h"
#include "base/base64.h"
#include "crypto/random.h"
#include "jose/jws.h"
#include "jose_examples.h"
#include "tap.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *what, *key;	/* a JWK, or the base64url of a secret */
	enum jose_alg alg;
	struct str text;
} examples[] = {
	{ "RFC 7515 appendix A.1", RFC7515_A1_SECRET, JOSE_HS256,
	  STR_INIT(RFC7515_A1) },
	{ "RFC 7515 appendix A.2", RFC7515_A2_PUBLIC_KEY, JOSE_RS256,
	  STR_INIT(RFC7515_A2) },
	{ "RFC 7515 appendix A.3", RFC7515_A3_PUBLIC_KEY, JOSE_ES256,
	  STR_INIT(RFC7515_A3) },
	{ "RFC 7520 section 4.1", RFC7520_4_1_KEY, JOSE_RS256,
	  STR_INIT(RFC7520_4_1) },
	{ "RFC 7520 section 4.4", RFC7520_4_4_SECRET, JOSE_HS256,
	  STR_INIT(RFC7520_4_4) },
	{ "RFC 8037 appendix A.5", RFC8037_PUBLIC_KEY, JOSE_EDDSA,
	  STR_INIT(RFC8037_A4) },
};

static const struct jwk *key(struct arena *a, const char *text)
{
	const struct jwk *k;
	struct str secret;

	if (text[0] == '{')
		k = jwk_parse(a, json_parse(a, str_of(text)));
	else
		k = base64url_decode_all(a, str_of(text), &secret) ?
			jwk_from_secret(a, secret) : NULL;
	if (!k)
		ok(false, "a key: %s", text);
	return k;
}

/* One character of text is another one. */
static struct str changed(struct arena *a, struct str text, size_t i)
{
	char *copy = str_cstr(a, text);

	copy[i] = copy[i] == 'B' ? 'C' : 'B';
	return (struct str){ copy, text.len };
}

static bool verifies(struct arena *a, struct str text, const struct jwk *k,
		     enum jose_alg alg)
{
	struct jws j;

	return jws_parse(a, text, &j) && jws_verify(a, &j, k, alg);
}

static void test_examples(struct arena *a)
{
	for (size_t i = 0; i < COUNT(examples); i++) {
		const struct jwk *k = key(a, examples[i].key);
		const struct str text = examples[i].text;
		unsigned taken = 0;

		ok(verifies(a, text, k, examples[i].alg), "%s",
		   examples[i].what);
		for (unsigned alg = 0; alg <= JOSE_ALGS; alg++) {
			if (alg != examples[i].alg)
				taken += verifies(a, text, k,
						  (enum jose_alg)alg);
		}
		ok(taken == 0, "%s: by no other alg", examples[i].what);
		for (size_t at = 0; at < text.len; at++) {
			taken += verifies(a, changed(a, text, at), k,
					  examples[i].alg);
			if (at % 50 == 0)
				taken += verifies(a,
					(struct str){ text.ptr, at }, k,
					examples[i].alg);
		}
		ok(taken == 0, "%s: not with any one character changed, "
		   "nor cut: %u", examples[i].what, taken);
	}
}

static void test_parsed(struct arena *a)
{
	struct jws j;

	ok(jws_parse(a, STR(RFC7515_A1), &j) && j.alg == JOSE_HS256 &&
	   str_eq(j.alg_name, STR("HS256")) && str_eq(j.typ, STR("JWT")) &&
	   !j.kid.ptr && !j.cty.ptr && str_starts(j.payload, STR("{\"iss\"")) &&
	   j.signature.len == 32 &&
	   str_eq(json_text(json_member(j.header, STR("typ"))), STR("JWT")),
	   "what is in RFC 7515 appendix A.1");
	ok(jws_parse(a, STR(RFC7520_4_1), &j) &&
	   str_eq(j.kid, STR("bilbo.baggins@hobbiton.example")) &&
	   j.signature.len == 256 && !j.typ.ptr,
	   "what is in RFC 7520 section 4.1");
}

/* ES256 is not the same twice; the others are, as the RFCs print them. */
static void test_signed(struct arena *a)
{
	const struct str claims = STR("{\"sub\":\"x\"}");
	struct str text;
	struct jws j;

	ok(str_eq(jws_sign(a, key(a, RFC8037_KEY), JOSE_EDDSA, STR_NONE,
			   STR("Example of Ed25519 signing")),
		  STR(RFC8037_A4)), "RFC 8037 appendix A.4");
	ok(jws_parse(a, STR(RFC7515_A2), &j) &&
	   str_eq(jws_sign(a, key(a, RFC7515_A2_KEY), JOSE_RS256, STR_NONE,
			   j.payload), STR(RFC7515_A2)),
	   "RFC 7515 appendix A.2");
	text = jws_sign(a, key(a, RFC7515_A3_KEY), JOSE_ES256, STR("at+jwt"),
			claims);
	ok(jws_parse(a, text, &j) && str_eq(j.payload, claims) &&
	   str_eq(j.typ, STR("at+jwt")) && !j.kid.ptr &&
	   j.signature.len == 64 &&
	   jws_verify(a, &j, key(a, RFC7515_A3_PUBLIC_KEY), JOSE_ES256),
	   "ES256, with a typ");
	ok(str_starts(text, base64url_encode(a,
		"{\"alg\":\"ES256\",\"typ\":\"at+jwt\"}", 30)),
	   "the header is alg, typ");
	text = jws_sign(a, key(a, RFC7515_A2_KEY), JOSE_PS256, STR_NONE,
			claims);
	ok(verifies(a, text, key(a, RFC7515_A2_PUBLIC_KEY), JOSE_PS256) &&
	   !verifies(a, text, key(a, RFC7515_A2_PUBLIC_KEY), JOSE_RS256),
	   "PS256, and no RS256");
	text = jws_sign(a, key(a, RFC7515_A1_SECRET), JOSE_HS256, STR_NONE,
			claims);
	ok(verifies(a, text, key(a, RFC7515_A1_SECRET), JOSE_HS256), "HS256");
	ok(!jws_sign(a, key(a, RFC7515_A2_KEY), JOSE_ES256, STR_NONE,
		     claims).ptr &&
	   !jws_sign(a, key(a, RFC7515_A2_KEY), JOSE_NO_ALG, STR_NONE,
		     claims).ptr &&
	   !jws_sign(a, key(a, RFC7515_A2_PUBLIC_KEY), JOSE_RS256, STR_NONE,
		     claims).ptr, "not by what can not");
}

/* Short integers of ECDSA are padded: one r in 256 begins with zeros. */
static void test_many_ecdsa(struct arena *a)
{
	const struct jwk *private = key(a, RFC7515_A3_KEY);
	const struct jwk *public = key(a, RFC7515_A3_PUBLIC_KEY);
	unsigned good = 0, short_ones = 0;
	struct jws j;

	for (int i = 0; i < 1000; i++) {
		good += jws_parse(a, jws_sign(a, private, JOSE_ES256, STR_NONE,
					      STR("x")), &j) &&
			jws_verify(a, &j, public, JOSE_ES256);
		short_ones += j.signature.ptr[0] == 0 ||
			      j.signature.ptr[32] == 0;
	}
	ok(good == 1000, "1000 of ES256 (%u with a leading zero)", short_ones);
}

/* header and payload as they are, signed with RFC 7515 appendix A.1's. */
static struct str hmac_signed(struct arena *a, struct str header,
			      struct str payload)
{
	const struct jwk *k = key(a, RFC7515_A1_SECRET);
	struct str text = jws_sign(a, k, JOSE_HS256, STR_NONE, payload);
	struct str rest = text;
	struct buf b;

	(void)str_cut(&rest, '.');
	buf_init(&b, a);
	buf_add(&b, base64url_encode(a, header.ptr, header.len));
	buf_char(&b, '.');
	buf_add(&b, rest);
	return buf_str(&b);
}

static const struct {
	const char *what;
	struct str header;
	bool want;
} headers[] = {
	{ "alg", STR_INIT("{\"alg\":\"HS256\"}"), true },
	{ "spaces", STR_INIT(" { \"alg\" : \"HS256\" }\r\n"), true },
	{ "what nobody knows", STR_INIT("{\"alg\":\"HS256\",\"x\":{}}"),
	  true },
	{ "none (not verified)", STR_INIT("{\"alg\":\"none\"}"), true },
	{ "an empty alg (not verified)", STR_INIT("{\"alg\":\"\"}"), true },
	{ "no alg", STR_INIT("{}"), false },
	{ "ALG", STR_INIT("{\"ALG\":\"HS256\"}"), false },
	{ "alg a number", STR_INIT("{\"alg\":256}"), false },
	{ "alg null", STR_INIT("{\"alg\":null}"), false },
	{ "alg an array", STR_INIT("{\"alg\":[\"HS256\"]}"), false },
	{ "alg twice", STR_INIT("{\"alg\":\"HS256\",\"alg\":\"HS256\"}"),
	  false },
	{ "kid twice",
	  STR_INIT("{\"alg\":\"HS256\",\"kid\":\"1\",\"\\u006bid\":\"1\"}"),
	  false },
	{ "alg with a NUL", STR_INIT("{\"alg\":\"HS256\\u0000\"}"), false },
	{ "kid a number", STR_INIT("{\"alg\":\"HS256\",\"kid\":1}"), false },
	{ "typ null", STR_INIT("{\"alg\":\"HS256\",\"typ\":null}"), false },
	{ "cty an object", STR_INIT("{\"alg\":\"HS256\",\"cty\":{}}"), false },
	{ "crit", STR_INIT("{\"alg\":\"HS256\",\"crit\":[\"exp\"],"
			   "\"exp\":1}"), false },
	{ "crit empty", STR_INIT("{\"alg\":\"HS256\",\"crit\":[]}"), false },
	{ "crit null", STR_INIT("{\"alg\":\"HS256\",\"crit\":null}"), false },
	{ "b64 and crit", STR_INIT("{\"alg\":\"HS256\",\"b64\":false,"
				   "\"crit\":[\"b64\"]}"), false },
	{ "b64 false", STR_INIT("{\"alg\":\"HS256\",\"b64\":false}"), false },
	{ "b64 true", STR_INIT("{\"alg\":\"HS256\",\"b64\":true}"), false },
	{ "jwk", STR_INIT("{\"alg\":\"HS256\",\"jwk\":" RFC8037_PUBLIC_KEY
			  "}"), false },
	{ "jku", STR_INIT("{\"alg\":\"HS256\",\"jku\":\"https://a/\"}"),
	  false },
	{ "x5u", STR_INIT("{\"alg\":\"HS256\",\"x5u\":\"https://a/\"}"),
	  false },
	{ "x5c", STR_INIT("{\"alg\":\"HS256\",\"x5c\":[]}"), false },
	{ "an array", STR_INIT("[{\"alg\":\"HS256\"}]"), false },
	{ "a string", STR_INIT("\"HS256\""), false },
	{ "no JSON", STR_INIT("{\"alg\":\"HS256\""), false },
	{ "more after it", STR_INIT("{\"alg\":\"HS256\"}{}"), false },
	{ "a byte order mark", STR_INIT("\xEF\xBB\xBF{\"alg\":\"HS256\"}"),
	  false },
	{ "no UTF-8", STR_INIT("{\"alg\":\"HS256\",\"kid\":\"\xFF\"}"),
	  false },
};

static void test_headers(struct arena *a)
{
	const struct jwk *k = key(a, RFC7515_A1_SECRET);

	for (size_t i = 0; i < COUNT(headers); i++) {
		const struct str text = hmac_signed(a, headers[i].header,
						    STR("{}"));
		struct jws j = { .alg_name = STR("as it was") };

		ok(jws_parse(a, text, &j) == headers[i].want &&
		   (headers[i].want ||
		    str_eq(j.alg_name, STR("as it was"))),
		   "header, %s: %s", headers[i].what,
		   headers[i].want ? "read" : "refused");
		ok(!headers[i].want || i == 0 || !jws_verify(a, &j, k, j.alg),
		   "and not verified");
	}
	ok(verifies(a, hmac_signed(a, headers[0].header, STR("{}")), k,
		    JOSE_HS256), "but the first is");
}

#define H "eyJhbGciOiJIUzI1NiJ9"	/* {"alg":"HS256"} */
#define S "VGhlIHNpZ25hdHVyZSwgdGhpcnR5LXR3byBieXRlcyE"

static const struct {
	const char *what;
	struct str text;
	bool want;
} texts[] = {
	{ "three segments", STR_INIT(H ".e30." S), true },
	{ "none", STR_INIT(""), false },
	{ "absent", { NULL, 0 }, false },
	{ "one segment", STR_INIT(H), false },
	{ "two segments", STR_INIT(H ".e30"), false },
	{ "four segments", STR_INIT(H ".e30." S "." S), false },
	{ "five segments, as of a JWE", STR_INIT(H ".e30." S ".e30.e30"),
	  false },
	{ "a dot at the end", STR_INIT(H ".e30." S "."), false },
	{ "a dot at the start", STR_INIT("." H ".e30." S), false },
	{ "no header", STR_INIT(".e30." S), false },
	{ "no payload", STR_INIT(H ".." S), false },
	{ "no signature", STR_INIT(H ".e30."), false },
	{ "dots alone", STR_INIT(".."), false },
	{ "padding in the header", STR_INIT(H "=.e30." S), false },
	{ "padding in the payload", STR_INIT(H ".e30=." S), false },
	{ "padding in the signature", STR_INIT(H ".e30." S "="), false },
	{ "another alphabet", STR_INIT(H ".e30.+/+/"), false },
	{ "bits left over in the payload", STR_INIT(H ".e31." S), false },
	{ "a digit too many", STR_INIT(H ".e30ab." S), false },
	{ "white space before", STR_INIT(" " H ".e30." S), false },
	{ "a newline after", STR_INIT(H ".e30." S "\n"), false },
	{ "a NUL after", STR_INIT(H ".e30." S "\0"), false },
	{ "a space within", STR_INIT(H ".e3 0." S), false },
	{ "the JSON serialization", STR_INIT(
		"{\"payload\":\"e30\",\"protected\":\"" H
		"\",\"signature\":\"" S "\"}"), false },
	{ "the JSON serialization with dots", STR_INIT(
		"{\"payload\":\"e30\",\"protected\":\"" H
		"\",\"signature\":\"" S "\",\"header\":{\"a.b\":\"c.d\"}}"),
	  false },
};

static void test_texts(struct arena *a)
{
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct jws j;

		ok(jws_parse(a, texts[i].text, &j) == texts[i].want,
		   "%s: %s", texts[i].what,
		   texts[i].want ? "read" : "refused");
	}
}

/* RFC 8725 section 2.1: the bytes of a public key as a shared secret. */
static void test_confusion(struct arena *a)
{
	const struct str public = STR(RFC7515_A2_PUBLIC_KEY);
	const struct jwk *rsa = key(a, RFC7515_A2_PUBLIC_KEY);
	const struct jwk *secret = jwk_from_secret(a, public);
	struct str text = jws_sign(a, secret, JOSE_HS256, STR_NONE,
				   STR("{}"));

	ok(verifies(a, text, secret, JOSE_HS256),
	   "HS256 with the bytes of a public key as the secret");
	ok(!verifies(a, text, rsa, JOSE_RS256), "is no RS256 of it");
	ok(!verifies(a, text, rsa, JOSE_HS256), "and no HS256 of it either");
	ok(!verifies(a, STR(RFC7515_A2), secret, JOSE_RS256) &&
	   !verifies(a, STR(RFC7515_A2), secret, JOSE_HS256),
	   "nor is an RS256 one by the secret");
	ok(!verifies(a, STR(RFC7515_A2), key(a, RFC7515_A3_PUBLIC_KEY),
		     JOSE_RS256), "nor one by a key of another type");
}

/* n bytes of payload. */
static bool parses_long(struct arena *a, size_t n)
{
	char *zeros = arena_alloc(a, n);
	struct buf b;
	struct jws j;

	buf_init(&b, a);
	buf_add(&b, STR(H "."));
	buf_add(&b, base64url_encode(a, zeros, n));
	buf_add(&b, STR("." S));
	return jws_parse(a, buf_str(&b), &j);
}

static void test_long(struct arena *a)
{
	const size_t rest = sizeof(H "." "." S) - 1;
	const size_t most = (JWS_MAX - rest) / 4 * 3;
	char *mega;
	struct jws j;

	ok(parses_long(a, most), "64 KiB are read");
	ok(!parses_long(a, most + 3), "a few bytes more are not");
	arena_reset(a);
	mega = arena_alloc(a, (size_t)1 << 20);
	memset(mega, 'A', (size_t)1 << 20);
	mega[20] = mega[40] = '.';
	ok(!jws_parse(a, (struct str){ mega, (size_t)1 << 20 }, &j) &&
	   arena_count(a) == 1, "1 MiB is not even looked at");
}

int main(void)
{
	static void (*const tests[])(struct arena *a) = {
		test_parsed, test_examples, test_signed, test_many_ecdsa,
		test_headers, test_texts, test_confusion, test_long,
	};
	struct arena *a = arena_new((size_t)1 << 26);

	crypto_init();
	for (size_t i = 0; i < COUNT(tests); i++) {
		tests[i](a);
		arena_reset(a);
	}
	arena_free(a);
	return done_testing();
}
