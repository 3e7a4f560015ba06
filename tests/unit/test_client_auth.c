/*
 * test_client_auth.c - client authentication (RFC 6749 section 2.3), as far as
 * the request alone says it.
 */
#include "oauth/client_auth.h"
#include "tap.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define BASIC(base64) STR_INIT("Basic " base64)
#define NOTHING { NULL, 0 }

/* RFC 7523 section 2.2.  The payload is {"sub":"a"}, the alg ES256 and HS256. */
#define TYPE "client_assertion_type=" CLIENT_ASSERTION_TYPE
#define BY_KEY "&client_assertion=eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.AAAA"
#define BY_SECRET "&client_assertion=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.AAAA"
#define NO_SUB "&client_assertion=eyJhbGciOiJFUzI1NiJ9.e30.AAAA"

/* The header's base64 is of the text in the comment beside it. */
static const struct {
	const char *what;
	struct str header, form;
	enum oauth_error want;
	struct str method, client_id, secret;
} cases[] = {
	/* RFC 6749 section 2.3.1, its own example. */
	{ "Basic", STR_INIT("Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW"), STR_INIT(""),
	  OAUTH_OK, STR_INIT("client_secret_basic"), STR_INIT("s6BhdRkqt3"),
	  STR_INIT("gX1fBat3bV") },
	{ "the body", NOTHING,
	  STR_INIT("client_id=s6BhdRkqt3&client_secret=7Fjfp0ZBr1KtDRbnfVdmIw"),
	  OAUTH_OK, STR_INIT("client_secret_post"), STR_INIT("s6BhdRkqt3"),
	  STR_INIT("7Fjfp0ZBr1KtDRbnfVdmIw") },
	{ "none", NOTHING, STR_INIT("client_id=a"), OAUTH_OK, STR_INIT("none"),
	  STR_INIT("a"), NOTHING },
	{ "none, an empty secret", NOTHING,
	  STR_INIT("client_id=a&client_secret="), OAUTH_OK, STR_INIT("none"),
	  STR_INIT("a"), STR_INIT("") },
	{ "the scheme's case", STR_INIT("bAsIc YTpi"), STR_INIT(""), OAUTH_OK,
	  STR_INIT("client_secret_basic"), STR_INIT("a"), STR_INIT("b") },
	{ "more spaces", STR_INIT("Basic   YTpi"), STR_INIT(""), OAUTH_OK,
	  STR_INIT("client_secret_basic"), STR_INIT("a"), STR_INIT("b") },
	{ "an empty header is none", STR_INIT(""), STR_INIT("client_id=a"),
	  OAUTH_OK, STR_INIT("none"), STR_INIT("a"), NOTHING },

	/* "a%3Ab:c%2Bd+e": decoded after they are parted. */
	{ "form-urlencoded halves", BASIC("YSUzQWI6YyUyQmQrZQ=="),
	  STR_INIT(""), OAUTH_OK, STR_INIT("client_secret_basic"),
	  STR_INIT("a:b"), STR_INIT("c+d e") },
	/* "a:b:c" */
	{ "a colon in the secret", BASIC("YTpiOmM="), STR_INIT(""), OAUTH_OK,
	  STR_INIT("client_secret_basic"), STR_INIT("a"), STR_INIT("b:c") },
	/* "a:" */
	{ "an empty secret", BASIC("YTo="), STR_INIT(""), OAUTH_OK,
	  STR_INIT("client_secret_basic"), STR_INIT("a"), STR_INIT("") },
	/* "a:\xC3\xA9" */
	{ "a secret in UTF-8", BASIC("YTrDqQ=="), STR_INIT(""), OAUTH_OK,
	  STR_INIT("client_secret_basic"), STR_INIT("a"),
	  STR_INIT("\xC3\xA9") },
	{ "the same client_id in the body", BASIC("YTpi"),
	  STR_INIT("client_id=a"), OAUTH_OK, STR_INIT("client_secret_basic"),
	  STR_INIT("a"), STR_INIT("b") },
	{ "an empty client_id in the body", BASIC("YTpi"),
	  STR_INIT("client_id="), OAUTH_OK, STR_INIT("client_secret_basic"),
	  STR_INIT("a"), STR_INIT("b") },
	{ "an empty client_secret in the body", BASIC("YTpi"),
	  STR_INIT("client_secret="), OAUTH_OK,
	  STR_INIT("client_secret_basic"), STR_INIT("a"), STR_INIT("b") },

	{ "nothing at all", NOTHING, STR_INIT(""), OAUTH_INVALID_CLIENT,
	  NOTHING, NOTHING, NOTHING },
	{ "an empty client_id", NOTHING, STR_INIT("client_id="),
	  OAUTH_INVALID_CLIENT, NOTHING, NOTHING, NOTHING },
	{ "a secret alone", NOTHING, STR_INIT("client_secret=b"),
	  OAUTH_INVALID_CLIENT, NOTHING, NOTHING, NOTHING },
	{ "no credentials", STR_INIT("Basic"), STR_INIT("client_id=a"),
	  OAUTH_INVALID_CLIENT, NOTHING, NOTHING, NOTHING },
	{ "no credentials but a space", STR_INIT("Basic "),
	  STR_INIT("client_id=a"), OAUTH_INVALID_CLIENT, NOTHING, NOTHING,
	  NOTHING },
	{ "not base64", BASIC("!!!!"), STR_INIT(""), OAUTH_INVALID_CLIENT,
	  NOTHING, NOTHING, NOTHING },
	{ "no padding", BASIC("YTo"), STR_INIT(""), OAUTH_INVALID_CLIENT,
	  NOTHING, NOTHING, NOTHING },
	/* "a:>?" */
	{ "base64url", BASIC("YTo-Pw=="), STR_INIT(""), OAUTH_INVALID_CLIENT,
	  NOTHING, NOTHING, NOTHING },
	{ "the same as base64", BASIC("YTo+Pw=="), STR_INIT(""), OAUTH_OK,
	  STR_INIT("client_secret_basic"), STR_INIT("a"), STR_INIT(">?") },
	{ "a space after", BASIC("YTpi "), STR_INIT(""), OAUTH_INVALID_CLIENT,
	  NOTHING, NOTHING, NOTHING },
	{ "in plain", BASIC("a:b"), STR_INIT(""), OAUTH_INVALID_CLIENT,
	  NOTHING, NOTHING, NOTHING },
	/* "ab" */
	{ "no colon", BASIC("YWI="), STR_INIT(""), OAUTH_INVALID_CLIENT,
	  NOTHING, NOTHING, NOTHING },
	/* ":b" */
	{ "an empty id", BASIC("OmI="), STR_INIT("client_id=a"),
	  OAUTH_INVALID_CLIENT, NOTHING, NOTHING, NOTHING },
	/* ":" */
	{ "a colon alone", BASIC("Og=="), STR_INIT(""), OAUTH_INVALID_CLIENT,
	  NOTHING, NOTHING, NOTHING },
	/* "a:b%" */
	{ "an escape cut off", BASIC("YTpiJQ=="), STR_INIT(""),
	  OAUTH_INVALID_CLIENT, NOTHING, NOTHING, NOTHING },
	/* "a%zz:b" */
	{ "an escape of no digits", BASIC("YSV6ejpi"), STR_INIT(""),
	  OAUTH_INVALID_CLIENT, NOTHING, NOTHING, NOTHING },
	/* "a%00:b" */
	{ "a NUL by an escape", BASIC("YSUwMDpi"), STR_INIT(""),
	  OAUTH_INVALID_CLIENT, NOTHING, NOTHING, NOTHING },
	/* "a\0:b" */
	{ "a NUL", BASIC("YQA6Yg=="), STR_INIT(""), OAUTH_INVALID_CLIENT,
	  NOTHING, NOTHING, NOTHING },
	/* "a:\xFF" */
	{ "not UTF-8", BASIC("YTr/"), STR_INIT(""), OAUTH_INVALID_CLIENT,
	  NOTHING, NOTHING, NOTHING },
	{ "another scheme", STR_INIT("Bearer YTpi"), STR_INIT("client_id=a"),
	  OAUTH_INVALID_CLIENT, NOTHING, NOTHING, NOTHING },
	{ "another scheme that begins alike", STR_INIT("Basically YTpi"),
	  STR_INIT(""), OAUTH_INVALID_CLIENT, NOTHING, NOTHING, NOTHING },
	{ "no scheme", STR_INIT("YTpi"), STR_INIT(""), OAUTH_INVALID_CLIENT,
	  NOTHING, NOTHING, NOTHING },
	{ "a tab for the space", STR_INIT("Basic\tYTpi"), STR_INIT(""),
	  OAUTH_INVALID_CLIENT, NOTHING, NOTHING, NOTHING },

	/* "MUST NOT use more than one authentication method" */
	{ "both methods", BASIC("YTpi"),
	  STR_INIT("client_id=a&client_secret=b"), OAUTH_INVALID_REQUEST,
	  NOTHING, NOTHING, NOTHING },
	{ "both methods, the secret alone", BASIC("YTpi"),
	  STR_INIT("client_secret=b"), OAUTH_INVALID_REQUEST, NOTHING, NOTHING,
	  NOTHING },
	{ "another scheme and the body", STR_INIT("Bearer x"),
	  STR_INIT("client_id=a&client_secret=b"), OAUTH_INVALID_REQUEST,
	  NOTHING, NOTHING, NOTHING },
	{ "another client_id in the body", BASIC("YTpi"),
	  STR_INIT("client_id=c"), OAUTH_INVALID_REQUEST, NOTHING, NOTHING,
	  NOTHING },
	{ "a client_id in another case", BASIC("YTpi"),
	  STR_INIT("client_id=A"), OAUTH_INVALID_REQUEST, NOTHING, NOTHING,
	  NOTHING },

	{ "an assertion", NOTHING, STR_INIT(TYPE BY_KEY), OAUTH_OK,
	  STR_INIT("private_key_jwt"), STR_INIT("a"), NOTHING },
	{ "an assertion by the secret", NOTHING, STR_INIT(TYPE BY_SECRET),
	  OAUTH_OK, STR_INIT("client_secret_jwt"), STR_INIT("a"), NOTHING },
	{ "an assertion and its client_id", NOTHING,
	  STR_INIT(TYPE BY_KEY "&client_id=a&client_secret="), OAUTH_OK,
	  STR_INIT("private_key_jwt"), STR_INIT("a"), NOTHING },
	{ "an assertion and another client_id", NOTHING,
	  STR_INIT(TYPE BY_KEY "&client_id=b"), OAUTH_INVALID_CLIENT, NOTHING,
	  NOTHING, NOTHING },
	{ "an assertion and Basic", BASIC("YTpi"), STR_INIT(TYPE BY_KEY),
	  OAUTH_INVALID_REQUEST, NOTHING, NOTHING, NOTHING },
	{ "an assertion and a secret", NOTHING,
	  STR_INIT(TYPE BY_KEY "&client_secret=b"), OAUTH_INVALID_REQUEST,
	  NOTHING, NOTHING, NOTHING },
	{ "no client_assertion_type", NOTHING,
	  STR_INIT("client_id=a" BY_KEY), OAUTH_INVALID_CLIENT, NOTHING,
	  NOTHING, NOTHING },
	{ "no client_assertion", NOTHING, STR_INIT(TYPE "&client_id=a"),
	  OAUTH_INVALID_CLIENT, NOTHING, NOTHING, NOTHING },
	{ "another client_assertion_type", NOTHING, STR_INIT(TYPE "s" BY_KEY),
	  OAUTH_INVALID_CLIENT, NOTHING, NOTHING, NOTHING },
	{ "an assertion without sub", NOTHING,
	  STR_INIT(TYPE NO_SUB "&client_id=a"), OAUTH_INVALID_CLIENT, NOTHING,
	  NOTHING, NOTHING },
	{ "an assertion that is none", NOTHING,
	  STR_INIT(TYPE "&client_assertion=x&client_id=a"),
	  OAUTH_INVALID_CLIENT, NOTHING, NOTHING, NOTHING },
};

int main(void)
{
	struct arena *a = arena_new((size_t)1 << 20);

	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct request rq = { .authorization = cases[i].header };
		struct exchange x = { .arena = a, .request = &rq };
		struct client_credentials c = { .method = STR_NONE };
		enum oauth_error e = OAUTH_SERVER_ERROR;
		struct form form;

		if (form_parse(a, cases[i].form, &form) == FORM_OK)
			e = client_auth_read(&x, &form, &c);
		ok(e == cases[i].want && x.error == e, "%s: %.*s",
		   cases[i].what, STR_ARG(oauth_error_code(cases[i].want)));
		if (e == OAUTH_OK)
			ok(str_eq(c.method, cases[i].method) &&
			   str_eq(c.client_id, cases[i].client_id) &&
			   str_eq(c.client_secret.bytes, cases[i].secret) &&
			   str_eq(x.client_id, c.client_id), "%s: what it says",
			   cases[i].what);
		else if (e == OAUTH_INVALID_CLIENT)
			ok(str_eq(x.description,
				  STR("client authentication failed")) &&
			   x.reason.len > 0 &&
			   !str_eq(x.reason, x.description) &&
			   !x.client_id.ptr,
			   "%s: the reason is for the log alone",
			   cases[i].what);
	}
	ok(str_eq(client_auth_methods(true),
		  STR("client_secret_basic client_secret_post "
		      "client_secret_jwt private_key_jwt none")),
	   "the methods there are");
	ok(str_eq(client_auth_methods(false),
		  STR("client_secret_basic client_secret_post "
		      "client_secret_jwt private_key_jwt")),
	   "those that prove something");
	arena_free(a);
	return done_testing();
}
