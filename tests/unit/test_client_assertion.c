/*
 * test_client_assertion.c - the rules for assertions (RFC 7523 section 3, OpenID
 * Connect Core section 9), each at its edge.
 *
 * Nothing here is signed: the rules do not look at the signature.
 */
#include "oauth/client_assertion.h"

#include "base/arena.h"
#include "base/base64.h"
#include "tap.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NOTHING { NULL, 0 }

/* It is 1000000000; the client is "c", the issuer "https://us", the endpoint
 * "/oauth/revoke". */
#define NOW 1000000000

#define ES256 "{\"alg\":\"ES256\"}"
#define ISS "\"iss\":\"c\","
#define SUB "\"sub\":\"c\","
#define AUD "\"aud\":\"https://us\","
#define EXP "\"exp\":1000000060,"
#define JTI "\"jti\":\"j\""
#define WITH_AUD(aud) "{" ISS SUB "\"aud\":" aud "," EXP JTI "}"
#define WITH_EXP(exp) "{" ISS SUB AUD "\"exp\":" exp "," JTI "}"
#define WITH_JTI(jti) "{" ISS SUB AUD EXP "\"jti\":" jti "}"
#define WITH(more) "{" ISS SUB AUD EXP more "," JTI "}"
#define GOOD "{" ISS SUB AUD EXP JTI "}"

#define X16 "xxxxxxxxxxxxxxxx"
#define X256 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16

struct rule_case {
	const char *what, *header, *payload;
	struct str fault;
	struct str alg;		/* registered */
	bool fapi2;
};

#define OK(what, header, payload) \
	{ what, header, payload, NOTHING, NOTHING, false }
#define NOT(what, header, payload, fault) \
	{ what, header, payload, STR_INIT(fault), NOTHING, false }
#define FAPI(what, header, payload) \
	{ what, header, payload, NOTHING, NOTHING, true }
#define NOT_FAPI(what, header, payload, fault) \
	{ what, header, payload, STR_INIT(fault), NOTHING, true }
#define ALG(what, alg, header) \
	{ what, header, GOOD, NOTHING, STR_INIT(alg), false }
#define NOT_ALG(what, alg, header) \
	{ what, header, GOOD, STR_INIT("alg is not the registered one"), \
	  STR_INIT(alg), false }

#define NO_TYP "typ is not that of a client's assertion"
#define NO_AUD "aud is not us"
#define NO_ONE "aud has not one member"

static const struct rule_case clients[] = {
	OK("all that there must be", ES256, GOOD),

	/* alg */
	OK("RS256", "{\"alg\":\"RS256\"}", GOOD),
	OK("PS256", "{\"alg\":\"PS256\"}", GOOD),
	OK("EdDSA", "{\"alg\":\"EdDSA\"}", GOOD),
	OK("HS256", "{\"alg\":\"HS256\"}", GOOD),
	NOT("none", "{\"alg\":\"none\"}", GOOD, "alg is not offered"),
	NOT("RS512", "{\"alg\":\"RS512\"}", GOOD, "alg is not offered"),
	NOT("rs256", "{\"alg\":\"rs256\"}", GOOD, "alg is not offered"),
	ALG("the registered alg", "ES256", ES256),
	NOT_ALG("another alg", "PS256", ES256),
	NOT_ALG("HS256 for a public key's", "RS256", "{\"alg\":\"HS256\"}"),
	NOT_ALG("a registered alg that is not offered", "RS512", ES256),

	/* typ */
	OK("JWT", "{\"alg\":\"ES256\",\"typ\":\"JWT\"}", GOOD),
	OK("jwt", "{\"alg\":\"ES256\",\"typ\":\"jwt\"}", GOOD),
	OK("its own type", "{\"alg\":\"ES256\","
	   "\"typ\":\"client-authentication+jwt\"}", GOOD),
	NOT("an access token's", "{\"alg\":\"ES256\",\"typ\":\"at+jwt\"}", GOOD,
	    NO_TYP),
	NOT("a request object's", "{\"alg\":\"ES256\","
	    "\"typ\":\"oauth-authz-req+jwt\"}", GOOD, NO_TYP),
	NOT("a DPoP proof's", "{\"alg\":\"ES256\",\"typ\":\"dpop+jwt\"}", GOOD,
	    NO_TYP),
	NOT("a grant's", "{\"alg\":\"ES256\","
	    "\"typ\":\"authorization-grant+jwt\"}", GOOD, NO_TYP),
	NOT("an empty one", "{\"alg\":\"ES256\",\"typ\":\"\"}", GOOD, NO_TYP),

	/* iss, sub */
	NOT("no iss", ES256, "{" SUB AUD EXP JTI "}",
	    "iss is missing or no string"),
	NOT("iss a number", ES256, "{\"iss\":1," SUB AUD EXP JTI "}",
	    "iss is missing or no string"),
	NOT("an empty iss", ES256, "{\"iss\":\"\"," SUB AUD EXP JTI "}",
	    "iss is missing or no string"),
	NOT("no sub", ES256, "{" ISS AUD EXP JTI "}",
	    "sub is missing or no string"),
	NOT("sub an array", ES256, "{" ISS "\"sub\":[\"c\"]," AUD EXP JTI "}",
	    "sub is missing or no string"),
	NOT("Sub", ES256, "{" ISS "\"Sub\":\"c\"," AUD EXP JTI "}",
	    "sub is missing or no string"),
	NOT("iss is another", ES256, "{\"iss\":\"d\"," SUB AUD EXP JTI "}",
	    "iss and sub are not the same"),
	NOT("both are another", ES256,
	    "{\"iss\":\"d\",\"sub\":\"d\"," AUD EXP JTI "}",
	    "sub is not the client_id"),
	NOT("the client_id and more", ES256,
	    "{\"iss\":\"c \",\"sub\":\"c \"," AUD EXP JTI "}",
	    "sub is not the client_id"),

	/* aud */
	OK("the token endpoint", ES256, WITH_AUD("\"https://us/oauth/token\"")),
	OK("the endpoint that was called", ES256,
	   WITH_AUD("\"https://us/oauth/revoke\"")),
	OK("an array of one", ES256, WITH_AUD("[\"https://us\"]")),
	OK("an array of one endpoint", ES256,
	   WITH_AUD("[\"https://us/oauth/token\"]")),
	NOT("no aud", ES256, "{" ISS SUB EXP JTI "}", "aud is missing"),
	NOT("another server", ES256, WITH_AUD("\"https://them\""), NO_AUD),
	NOT("another endpoint", ES256, WITH_AUD("\"https://us/oauth/par\""),
	    NO_AUD),
	NOT("a slash at the end", ES256, WITH_AUD("\"https://us/\""), NO_AUD),
	NOT("a slash behind the endpoint", ES256,
	    WITH_AUD("\"https://us/oauth/token/\""), NO_AUD),
	NOT("a query", ES256, WITH_AUD("\"https://us/oauth/token?a\""), NO_AUD),
	NOT("more than the issuer", ES256, WITH_AUD("\"https://us.evil\""),
	    NO_AUD),
	NOT("less than the issuer", ES256, WITH_AUD("\"https://u\""), NO_AUD),
	NOT("the host in capitals", ES256, WITH_AUD("\"https://US\""), NO_AUD),
	NOT("a path alone", ES256, WITH_AUD("\"/oauth/token\""), NO_AUD),
	NOT("an empty string", ES256, WITH_AUD("\"\""), NO_AUD),
	NOT("a number", ES256, WITH_AUD("1"), NO_AUD),
	NOT("null", ES256, WITH_AUD("null"), NO_AUD),
	NOT("an object", ES256, WITH_AUD("{\"a\":\"https://us\"}"), NO_AUD),
	NOT("an empty array", ES256, WITH_AUD("[]"), NO_ONE),
	NOT("us and another", ES256, WITH_AUD("[\"https://us\",\"https://t\"]"),
	    NO_ONE),
	NOT("us twice", ES256, WITH_AUD("[\"https://us\",\"https://us\"]"),
	    NO_ONE),
	NOT("us and a number", ES256, WITH_AUD("[\"https://us\",1]"), NO_ONE),
	NOT("a number in an array", ES256, WITH_AUD("[1]"), NO_AUD),
	NOT("an array in an array", ES256, WITH_AUD("[[\"https://us\"]]"),
	    NO_AUD),

	/* FAPI 2.0 Security Profile sections 5.3.2.1 and 5.4.1 */
	FAPI("FAPI: the issuer", ES256, GOOD),
	FAPI("FAPI: PS256", "{\"alg\":\"PS256\"}", GOOD),
	NOT_FAPI("FAPI: the token endpoint", ES256,
		 WITH_AUD("\"https://us/oauth/token\""),
		 "aud is not the issuer as a string"),
	NOT_FAPI("FAPI: an array", ES256, WITH_AUD("[\"https://us\"]"),
		 "aud is not the issuer as a string"),
	NOT_FAPI("FAPI: RS256", "{\"alg\":\"RS256\"}", GOOD,
		 "alg is none of FAPI 2.0"),

	/* exp */
	OK("a second left", ES256, WITH_EXP("1000000001")),
	OK("a fraction", ES256, WITH_EXP("1000000001.5")),
	OK("an hour, and our clock behind", ES256, WITH_EXP("1000003630")),
	NOT("no exp", ES256, "{" ISS SUB AUD JTI "}", "exp is missing"),
	NOT("now", ES256, WITH_EXP("1000000000"), "exp is past"),
	NOT("less than a second left", ES256, WITH_EXP("1000000000.9"),
	    "exp is past"),
	NOT("a second ago", ES256, WITH_EXP("999999999"), "exp is past"),
	NOT("0", ES256, WITH_EXP("0"), "exp is past"),
	NOT("negative", ES256, WITH_EXP("-1"), "exp is past"),
	NOT("more than an hour", ES256, WITH_EXP("1000003631"),
	    "exp is more than an hour ahead"),
	NOT("in milliseconds", ES256, WITH_EXP("1000000060000"),
	    "exp is more than an hour ahead"),
	NOT("a string", ES256, WITH_EXP("\"1000000060\""), "exp is no number"),
	NOT("huge", ES256, WITH_EXP("1e300"), "exp is no number"),
	NOT("null", ES256, WITH_EXP("null"), "exp is no number"),

	/* nbf, iat: 10 seconds ahead are accepted, 60 are not */
	OK("nbf past", ES256, WITH("\"nbf\":999999999")),
	OK("nbf 30 s ahead", ES256, WITH("\"nbf\":1000000030")),
	OK("iat 30 s ahead", ES256, WITH("\"iat\":1000000030")),
	OK("iat long past", ES256, WITH("\"iat\":0")),
	NOT("nbf 31 s ahead", ES256, WITH("\"nbf\":1000000031"),
	    "nbf is ahead, or no number"),
	NOT("nbf a string", ES256, WITH("\"nbf\":\"0\""),
	    "nbf is ahead, or no number"),
	NOT("iat 31 s ahead", ES256, WITH("\"iat\":1000000031"),
	    "iat is ahead, or no number"),
	NOT("iat a string", ES256, WITH("\"iat\":\"0\""),
	    "iat is ahead, or no number"),

	/* jti */
	OK("256 bytes", ES256, WITH_JTI("\"" X256 "\"")),
	OK("quotes", ES256, WITH_JTI("\"\\\"'\"")),
	NOT("257 bytes", ES256, WITH_JTI("\"" X256 "x\""), "jti is too long"),
	NOT("a number", ES256, WITH_JTI("1"), "jti is empty or no string"),
	NOT("empty", ES256, WITH_JTI("\"\""), "jti is empty or no string"),
	NOT("no jti", ES256, "{" ISS SUB AUD EXP "\"x\":1}", "jti is missing"),
};

#define PERSON "\"sub\":\"p\","
#define NO_PERSON "sub is the issuer or the client, and no person"

static const struct rule_case grants[] = {
	OK("by the client", ES256, "{" ISS PERSON AUD EXP JTI "}"),
	OK("by another issuer", ES256, "{\"iss\":\"i\"," PERSON AUD EXP JTI "}"),
	OK("no jti", ES256, "{" ISS PERSON AUD EXP "\"x\":1}"),
	OK("its own type", "{\"alg\":\"ES256\","
	   "\"typ\":\"authorization-grant+jwt\"}",
	   "{" ISS PERSON AUD EXP JTI "}"),
	NOT("a client's type", "{\"alg\":\"ES256\","
	    "\"typ\":\"client-authentication+jwt\"}",
	    "{" ISS PERSON AUD EXP JTI "}",
	    "typ is not that of a grant's assertion"),
	NOT("an empty jti", ES256, "{" ISS PERSON AUD EXP "\"jti\":\"\"}",
	    "jti is empty or no string"),
	NOT("about the client", ES256, GOOD, NO_PERSON),
	NOT("about the client, by another", ES256,
	    "{\"iss\":\"i\"," SUB AUD EXP JTI "}", NO_PERSON),
	NOT("about the issuer", ES256,
	    "{\"iss\":\"i\",\"sub\":\"i\"," AUD EXP JTI "}", NO_PERSON),
	NOT("no iss", ES256, "{" PERSON AUD EXP JTI "}",
	    "iss is missing or no string"),
	NOT("no sub", ES256, "{" ISS AUD EXP JTI "}",
	    "sub is missing or no string"),
	NOT("no aud", ES256, "{" ISS PERSON EXP JTI "}", "aud is missing"),
	NOT("another aud", ES256,
	    "{" ISS PERSON "\"aud\":\"https://them\"," EXP JTI "}", NO_AUD),
	NOT("no exp", ES256, "{" ISS PERSON AUD JTI "}", "exp is missing"),
	NOT("past", ES256, "{" ISS PERSON AUD "\"exp\":999999999," JTI "}",
	    "exp is past"),
	NOT("nbf ahead", ES256,
	    "{" ISS PERSON AUD EXP "\"nbf\":1000000031," JTI "}",
	    "nbf is ahead, or no number"),
	NOT("another alg", "{\"alg\":\"ES512\"}",
	    "{" ISS PERSON AUD EXP JTI "}", "alg is not offered"),
};

static struct str text_of(struct arena *a, const char *header,
			  const char *payload)
{
	const struct str h = str_of(header), p = str_of(payload);
	struct buf b;

	buf_init(&b, a);
	buf_add(&b, base64url_encode(a, h.ptr, h.len));
	buf_char(&b, '.');
	buf_add(&b, base64url_encode(a, p.ptr, p.len));
	buf_add(&b, STR(".AAAA"));
	return buf_str(&b);
}

static void try_rules(struct arena *a, const struct rule_case *c,
		      struct str (*fault_of)(const struct assertion *,
					     const struct assertion_rules *))
{
	const struct assertion_rules rules = {
		.client_id = STR("c"), .issuer = STR("https://us"),
		.endpoint = STR("/oauth/revoke"), .now = NOW,
		.alg = c->alg, .fapi2 = c->fapi2,
	};
	struct assertion as;
	struct str fault = assertion_parse(a, text_of(a, c->header, c->payload),
					   &as);

	if (!fault.ptr)
		fault = fault_of(&as, &rules);
	ok(str_eq(fault, c->fault), "%s: %.*s", c->what,
	   STR_ARG(fault.ptr ? fault : STR("good")));
	arena_reset(a);
}

static const struct {
	const char *what;
	struct str text;
} malformed[] = {
	{ "nothing", STR_INIT("") },
	{ "no JWT", STR_INIT("not-a-jwt") },
	{ "two segments", STR_INIT("eyJhbGciOiJFUzI1NiJ9.e30") },
	{ "four segments", STR_INIT("eyJhbGciOiJFUzI1NiJ9.e30.AAAA.AAAA") },
	{ "no signature", STR_INIT("eyJhbGciOiJFUzI1NiJ9.e30.") },
	{ "JSON serialization", STR_INIT("{\"payload\":\"e30\"}") },
	/* "text", [], "[]", null */
	{ "text", STR_INIT("eyJhbGciOiJFUzI1NiJ9.dGV4dA.AAAA") },
	{ "an array", STR_INIT("eyJhbGciOiJFUzI1NiJ9.W10.AAAA") },
	{ "a string", STR_INIT("eyJhbGciOiJFUzI1NiJ9.IltdIg.AAAA") },
	{ "null", STR_INIT("eyJhbGciOiJFUzI1NiJ9.bnVsbA.AAAA") },
};

static void try_malformed(struct arena *a)
{
	for (size_t i = 0; i < COUNT(malformed); i++) {
		struct assertion as = { .exp = 42 };

		ok(assertion_parse(a, malformed[i].text, &as).ptr &&
		   as.exp == 42, "no assertion: %s", malformed[i].what);
	}
	for (size_t i = 0; i < 2; i++) {
		struct assertion as;

		ok(assertion_parse(a, text_of(a, i ? "{\"alg\":\"ES256\","
			"\"jwk\":{}}" : "{\"alg\":\"ES256\",\"crit\":[]}",
			GOOD), &as).ptr, "no assertion: a header with %s",
		   i ? "a key" : "crit");
	}
	arena_reset(a);
}

/* What is read of it before anything is believed. */
static void try_read(struct arena *a)
{
	struct assertion as;

	ok(!assertion_parse(a, text_of(a, ES256, GOOD), &as).ptr &&
	   str_eq(as.iss, STR("c")) && str_eq(as.sub, STR("c")) &&
	   str_eq(as.jti, STR("j")) && as.exp == NOW + 60,
	   "what is read of it");
	ok(!assertion_parse(a, text_of(a, ES256, "{\"exp\":\"1\",\"sub\":1}"),
			    &as).ptr && !as.iss.ptr && !as.sub.ptr &&
	   !as.jti.ptr && as.exp == 0, "what is missing is absent");
	arena_reset(a);
}

int main(void)
{
	struct arena *a = arena_new(1 << 20);

	for (size_t i = 0; i < COUNT(clients); i++)
		try_rules(a, &clients[i], client_assertion_fault);
	for (size_t i = 0; i < COUNT(grants); i++)
		try_rules(a, &grants[i], grant_assertion_fault);
	try_malformed(a);
	try_read(a);
	arena_free(a);
	return done_testing();
}
