/*
 * test_jwt.c - reading claims: their types, and the audience.
 */
#include "base/arena.h"
#include "base/base64.h"
#include "jose/jwt.h"
#include "tap.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *what;
	struct str payload;
	bool want;
} payloads[] = {
	{ "an object", STR_INIT("{\"sub\":\"x\"}"), true },
	{ "an empty object", STR_INIT(" {} "), true },
	{ "an array", STR_INIT("[]"), false },
	{ "a string", STR_INIT("\"x\""), false },
	{ "null", STR_INIT("null"), false },
	{ "no JSON", STR_INIT("x"), false },
	{ "two objects", STR_INIT("{}{}"), false },
	{ "a member twice", STR_INIT("{\"sub\":\"x\",\"sub\":\"y\"}"), false },
	{ "a member twice, once escaped",
	  STR_INIT("{\"sub\":\"x\",\"\\u0073ub\":\"y\"}"), false },
	{ "a member of a member twice",
	  STR_INIT("{\"cnf\":{\"jkt\":\"x\",\"jkt\":\"y\"}}"), false },
	{ "an escaped NUL", STR_INIT("{\"sub\":\"x\\u0000y\"}"), false },
	{ "a NUL", STR_INIT("{}\0"), false },
	{ "no UTF-8", STR_INIT("{\"sub\":\"\xC0\x80\"}"), false },
	{ "empty", STR_INIT(""), false },
};

static void test_payloads(struct arena *a)
{
	for (size_t i = 0; i < COUNT(payloads); i++) {
		const struct jws j = { .payload = payloads[i].payload };
		const struct json *claims = NULL;

		ok(jwt_claims(a, &j, &claims) == payloads[i].want &&
		   (claims != NULL) == payloads[i].want, "%s: %s",
		   payloads[i].what, payloads[i].want ? "read" : "refused");
	}
}

static const struct {
	struct str claims;
	enum jwt_claim want;
	long long number;
} numbers[] = {
	{ STR_INIT("{\"exp\":1300819380}"), JWT_OK, 1300819380 },
	{ STR_INIT("{\"exp\":0}"), JWT_OK, 0 },
	{ STR_INIT("{\"exp\":-1}"), JWT_OK, -1 },
	{ STR_INIT("{\"exp\":1300819380.999}"), JWT_OK, 1300819380 },
	{ STR_INIT("{\"exp\":-0.5}"), JWT_OK, -1 },
	{ STR_INIT("{\"exp\":-2.0}"), JWT_OK, -2 },
	{ STR_INIT("{\"exp\":1.3e9}"), JWT_OK, 1300000000 },
	{ STR_INIT("{\"exp\":9007199254740991}"), JWT_OK, 9007199254740991 },
	{ STR_INIT("{\"exp\":9007199254740992}"), JWT_WRONG, 0 },
	{ STR_INIT("{\"exp\":-9007199254740992}"), JWT_WRONG, 0 },
	{ STR_INIT("{\"exp\":1e300}"), JWT_WRONG, 0 },
	{ STR_INIT("{\"exp\":-1e300}"), JWT_WRONG, 0 },
	{ STR_INIT("{\"exp\":\"1300819380\"}"), JWT_WRONG, 0 },
	{ STR_INIT("{\"exp\":null}"), JWT_WRONG, 0 },
	{ STR_INIT("{\"exp\":true}"), JWT_WRONG, 0 },
	{ STR_INIT("{\"exp\":[1]}"), JWT_WRONG, 0 },
	{ STR_INIT("{\"Exp\":1}"), JWT_ABSENT, 0 },
	{ STR_INIT("{\"in\":{\"exp\":1}}"), JWT_ABSENT, 0 },
	{ STR_INIT("[1]"), JWT_ABSENT, 0 },
};

static void test_numbers(struct arena *a)
{
	long long n = 77;

	for (size_t i = 0; i < COUNT(numbers); i++) {
		const struct json *claims = json_parse(a, numbers[i].claims);
		const bool good = numbers[i].want == JWT_OK;
		const long long want = good ? numbers[i].number : 77;

		n = 77;
		ok(claims && jwt_number_read(claims, STR("exp"), &n) ==
			   numbers[i].want && n == want,
		   "a number: %.*s", STR_ARG(numbers[i].claims));
		n = 77;
		ok(jwt_number(claims, STR("exp"), &n) == good && n == want,
		   "%s", good ? "it is one" : "it is none");
	}
	ok(jwt_number_read(NULL, STR("exp"), &n) == JWT_ABSENT, "no claims");
}

static void test_texts(struct arena *a)
{
	const struct json *claims = json_parse(a, STR(
		"{\"sub\":\"x\",\"empty\":\"\",\"iss\":1,\"none\":null}"));
	struct str s = STR("as it was");

	ok(jwt_text_read(claims, STR("azp"), &s) == JWT_ABSENT &&
	   jwt_text_read(claims, STR("iss"), &s) == JWT_WRONG &&
	   jwt_text_read(claims, STR("none"), &s) == JWT_WRONG &&
	   str_eq(s, STR("as it was")), "absent and wrong");
	ok(jwt_text_read(claims, STR("sub"), &s) == JWT_OK &&
	   str_eq(s, STR("x")), "a string");
	ok(jwt_text_read(claims, STR("empty"), &s) == JWT_OK &&
	   str_eq(s, STR("")), "an empty string");
}

static const struct {
	struct str claims, aud;
	bool want;
} audiences[] = {
	{ STR_INIT("{\"aud\":\"a\"}"), STR_INIT("a"), true },
	{ STR_INIT("{\"aud\":\"a\"}"), STR_INIT("A"), false },
	{ STR_INIT("{\"aud\":\"a\"}"), STR_INIT("a/"), false },
	{ STR_INIT("{\"aud\":\"a b\"}"), STR_INIT("a"), false },
	{ STR_INIT("{\"aud\":\"\"}"), STR_INIT(""), true },
	{ STR_INIT("{\"aud\":[\"a\"]}"), STR_INIT("a"), true },
	{ STR_INIT("{\"aud\":[\"b\",\"a\"]}"), STR_INIT("a"), true },
	{ STR_INIT("{\"aud\":[\"b\",\"c\"]}"), STR_INIT("a"), false },
	{ STR_INIT("{\"aud\":[]}"), STR_INIT("a"), false },
	{ STR_INIT("{\"aud\":[\"a\",1]}"), STR_INIT("a"), false },
	{ STR_INIT("{\"aud\":[null,\"a\"]}"), STR_INIT("a"), false },
	{ STR_INIT("{\"aud\":[[\"a\"]]}"), STR_INIT("a"), false },
	{ STR_INIT("{\"aud\":{\"x\":\"a\"}}"), STR_INIT("a"), false },
	{ STR_INIT("{\"aud\":null}"), STR_INIT("a"), false },
	{ STR_INIT("{\"aud\":1}"), STR_INIT("1"), false },
	{ STR_INIT("{\"Aud\":\"a\"}"), STR_INIT("a"), false },
	{ STR_INIT("{}"), STR_INIT("a"), false },
	{ STR_INIT("{}"), { NULL, 0 }, false },
	{ STR_INIT("{\"aud\":1}"), { NULL, 0 }, false },
};

/* As many audiences as 64 KiB hold do not take long. */
static void test_audiences(struct arena *a)
{
	struct buf b;

	for (size_t i = 0; i < COUNT(audiences); i++)
		ok(jwt_audience_has(json_parse(a, audiences[i].claims),
				    audiences[i].aud) == audiences[i].want,
		   "audience \"%.*s\" of %.*s: %s", STR_ARG(audiences[i].aud),
		   STR_ARG(audiences[i].claims),
		   audiences[i].want ? "yes" : "no");
	ok(!jwt_audience_has(NULL, STR("a")), "of no claims: no");
	buf_init(&b, a);
	json_object(&b, STR_NONE);
	json_array(&b, STR("aud"));
	for (int i = 0; i < 16000; i++)
		json_string(&b, STR_NONE, STR("b"));
	json_string(&b, STR_NONE, STR("a"));
	json_array_end(&b);
	json_object_end(&b);
	ok(jwt_audience_has(json_parse(a, buf_str(&b)), STR("a")),
	   "the last of 16,001");
}

int main(void)
{
	struct arena *a = arena_new((size_t)1 << 24);

	test_payloads(a);
	test_numbers(a);
	test_texts(a);
	test_audiences(a);
	arena_free(a);
	return done_testing();
}
