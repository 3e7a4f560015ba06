/*
 * test_authorization_request.c - the rules of RFC 6749 section 4.1.1, RFC 7636
 * section 4.3 and OpenID Connect Core section 3.1.2.1, without a database.
 */
#include "authorization_query.h"
#include "tap.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* RFC 7636 appendix B. */
#define CHALLENGE "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
#define S256 "&code_challenge=" CHALLENGE "&code_challenge_method=S256"

/* Clients, by what they may do. */
enum { PUBLIC, STRICT, LAX, PUBLIC_LAX, IMPLICIT, CODE_NO_GRANT, NOTHING,
       HYBRID };

static const struct {
	struct str method, response_types, grant_types;
	bool require_pkce;
} clients[] = {
	[PUBLIC] = { STR_INIT("none"), STR_INIT("code"),
		     STR_INIT("authorization_code"), true },
	[STRICT] = { STR_INIT("client_secret_basic"), STR_INIT("code"),
		     STR_INIT("authorization_code refresh_token"), true },
	[LAX] = { STR_INIT("client_secret_basic"), STR_INIT("code,token"),
		  STR_INIT("authorization_code implicit"), false },
	[PUBLIC_LAX] = { STR_INIT("none"), STR_INIT("code"),
			 STR_INIT("authorization_code"), false },
	[IMPLICIT] = { STR_INIT("none"), STR_INIT("token"),
		       STR_INIT("implicit"), true },
	[CODE_NO_GRANT] = { STR_INIT("client_secret_post"),
			    STR_INIT("code,token"),
			    STR_INIT("client_credentials"), false },
	[NOTHING] = { STR_INIT("client_secret_post"), STR_INIT(""),
		      STR_INIT(""), false },
	[HYBRID] = { STR_INIT("client_secret_basic"),
		     STR_INIT("code,id_token,id_token token,code id_token,"
			      "code token,code id_token token"),
		     STR_INIT("authorization_code implicit"), false },
};

static struct client client_of(int i)
{
	return (struct client){
		.token_endpoint_auth_method = clients[i].method,
		.response_types = clients[i].response_types,
		.grant_types = clients[i].grant_types,
		.require_pkce = clients[i].require_pkce,
	};
}

/* 1024 characters. */
#define X64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define X256 X64 X64 X64 X64
#define K X256 X256 X256 X256

static const struct {
	const char *what;
	struct str query;
	int client;
	enum oauth_error want;
} rules[] = {
	{ "code with S256, public", STR_INIT("response_type=code" S256),
	  PUBLIC, OAUTH_OK },
	{ "code with S256, confidential", STR_INIT("response_type=code" S256),
	  STRICT, OAUTH_OK },
	{ "code with S256, not required", STR_INIT("response_type=code" S256),
	  LAX, OAUTH_OK },

	/* RFC 6749 section 4.1.2.1 */
	{ "no response_type", STR_INIT("state=x" S256), PUBLIC,
	  OAUTH_INVALID_REQUEST },
	{ "an empty response_type", STR_INIT("response_type=" S256), PUBLIC,
	  OAUTH_INVALID_REQUEST },
	{ "an unknown one", STR_INIT("response_type=cod" S256), PUBLIC,
	  OAUTH_UNSUPPORTED_RESPONSE_TYPE },
	{ "code in capitals", STR_INIT("response_type=CODE" S256), PUBLIC,
	  OAUTH_UNSUPPORTED_RESPONSE_TYPE },
	{ "that of OpenID Connect", STR_INIT("response_type=id_token" S256),
	  PUBLIC, OAUTH_UNAUTHORIZED_CLIENT },
	{ "a hybrid, not registered",
	  STR_INIT("response_type=code+token" S256), LAX,
	  OAUTH_UNAUTHORIZED_CLIENT },
	{ "two spaces", STR_INIT("response_type=code++token"), HYBRID,
	  OAUTH_UNSUPPORTED_RESPONSE_TYPE },
	{ "code twice", STR_INIT("response_type=code+code"), HYBRID,
	  OAUTH_UNSUPPORTED_RESPONSE_TYPE },
	{ "one word too many",
	  STR_INIT("response_type=code+id_token+invalid"), HYBRID,
	  OAUTH_UNSUPPORTED_RESPONSE_TYPE },
	{ "a hybrid, in any order",
	  STR_INIT("response_type=token+id_token+code&scope=openid&nonce=n"),
	  HYBRID, OAUTH_OK },
	{ "a hybrid without nonce",
	  STR_INIT("response_type=code+id_token&scope=openid"), HYBRID,
	  OAUTH_INVALID_REQUEST },
	{ "a hybrid without an id_token needs no nonce",
	  STR_INIT("response_type=code+token&scope=openid"), HYBRID,
	  OAUTH_OK },
	{ "an id_token without openid",
	  STR_INIT("response_type=id_token&scope=x&nonce=n"), HYBRID,
	  OAUTH_INVALID_SCOPE },
	{ "a hybrid has a code, and PKCE with it",
	  STR_INIT("response_type=code+token&code_challenge=abc"), HYBRID,
	  OAUTH_INVALID_REQUEST },

	/* response_mode */
	{ "a code in a query", STR_INIT("response_type=code"
					"&response_mode=query"), HYBRID,
	  OAUTH_OK },
	{ "a code in a form", STR_INIT("response_type=code"
				       "&response_mode=form_post"), HYBRID,
	  OAUTH_OK },
	{ "a code, signed", STR_INIT("response_type=code&response_mode=jwt"),
	  HYBRID, OAUTH_OK },
	{ "a token in a query", STR_INIT("response_type=code+token"
					 "&response_mode=query"), HYBRID,
	  OAUTH_INVALID_REQUEST },
	{ "a token in a query, signed",
	  STR_INIT("response_type=code+token&response_mode=query.jwt"),
	  HYBRID, OAUTH_INVALID_REQUEST },
	{ "a token, signed", STR_INIT("response_type=code+token"
				      "&response_mode=jwt"), HYBRID,
	  OAUTH_OK },
	{ "a mode that is none", STR_INIT("response_type=code"
					  "&response_mode=web_message"),
	  HYBRID, OAUTH_INVALID_REQUEST },

	{ "the longest nonce", STR_INIT("response_type=code&nonce=" K), HYBRID,
	  OAUTH_OK },
	{ "a nonce too long", STR_INIT("response_type=code&nonce=" K "x"),
	  HYBRID, OAUTH_INVALID_REQUEST },

	/* OpenID Connect Core section 3.1.2.1 */
	{ "max_age", STR_INIT("response_type=code&max_age=60"), HYBRID,
	  OAUTH_OK },
	{ "max_age 0", STR_INIT("response_type=code&max_age=0"), HYBRID,
	  OAUTH_OK },
	{ "max_age -1", STR_INIT("response_type=code&max_age=-1"), HYBRID,
	  OAUTH_INVALID_REQUEST },
	{ "max_age 1e3", STR_INIT("response_type=code&max_age=1e3"), HYBRID,
	  OAUTH_INVALID_REQUEST },
	{ "max_age of text", STR_INIT("response_type=code&max_age=soon"),
	  HYBRID, OAUTH_INVALID_REQUEST },
	{ "max_age 2^63", STR_INIT("response_type=code"
				   "&max_age=9223372036854775808"), HYBRID,
	  OAUTH_INVALID_REQUEST },
	{ "claims", STR_INIT("response_type=code&claims=%7B%22userinfo%22%3A"
			     "%7B%22name%22%3Anull%7D%7D"), HYBRID,
	  OAUTH_OK },
	{ "claims that are null", STR_INIT("response_type=code&claims=%7B%22"
					   "userinfo%22%3Anull%7D"), HYBRID,
	  OAUTH_OK },
	{ "claims, an array", STR_INIT("response_type=code&claims=%5B%5D"),
	  HYBRID, OAUTH_INVALID_REQUEST },
	{ "claims, no JSON", STR_INIT("response_type=code&claims=%7B"),
	  HYBRID, OAUTH_INVALID_REQUEST },
	{ "claims with a member twice",
	  STR_INIT("response_type=code&claims=%7B%22userinfo%22%3Anull%2C%22"
		   "userinfo%22%3Anull%7D"), HYBRID, OAUTH_INVALID_REQUEST },
	{ "a registration", STR_INIT("response_type=code&registration=%7B%7D"),
	  HYBRID, OAUTH_REGISTRATION_NOT_SUPPORTED },
	{ "a space after", STR_INIT("response_type=code+" S256), PUBLIC,
	  OAUTH_UNSUPPORTED_RESPONSE_TYPE },
	{ "token, not registered", STR_INIT("response_type=token"), PUBLIC,
	  OAUTH_UNAUTHORIZED_CLIENT },
	{ "code, not registered", STR_INIT("response_type=code" S256),
	  IMPLICIT, OAUTH_UNAUTHORIZED_CLIENT },
	{ "code, but not its grant", STR_INIT("response_type=code" S256),
	  CODE_NO_GRANT, OAUTH_UNAUTHORIZED_CLIENT },
	{ "token, but not its grant", STR_INIT("response_type=token"),
	  CODE_NO_GRANT, OAUTH_UNAUTHORIZED_CLIENT },
	{ "a client that may do nothing", STR_INIT("response_type=code" S256),
	  NOTHING, OAUTH_UNAUTHORIZED_CLIENT },
	{ "token, registered", STR_INIT("response_type=token"), IMPLICIT,
	  OAUTH_OK },
	{ "token, among others", STR_INIT("response_type=token"), LAX,
	  OAUTH_OK },

	/* RFC 7636 section 4.4.1, RFC 9700 section 2.1.1 */
	{ "no challenge, public", STR_INIT("response_type=code"), PUBLIC,
	  OAUTH_INVALID_REQUEST },
	{ "no challenge, public, not required",
	  STR_INIT("response_type=code"), PUBLIC_LAX, OAUTH_INVALID_REQUEST },
	{ "no challenge, required", STR_INIT("response_type=code"), STRICT,
	  OAUTH_INVALID_REQUEST },
	{ "no challenge, not required", STR_INIT("response_type=code"), LAX,
	  OAUTH_OK },
	{ "an empty challenge, required",
	  STR_INIT("response_type=code&code_challenge="), STRICT,
	  OAUTH_INVALID_REQUEST },
	{ "a method without a challenge",
	  STR_INIT("response_type=code&code_challenge_method=S256"), LAX,
	  OAUTH_INVALID_REQUEST },
	{ "no method: plain",
	  STR_INIT("response_type=code&code_challenge=" CHALLENGE), PUBLIC,
	  OAUTH_INVALID_REQUEST },
	{ "no method, not required",
	  STR_INIT("response_type=code&code_challenge=" CHALLENGE), LAX,
	  OAUTH_INVALID_REQUEST },
	{ "plain", STR_INIT("response_type=code&code_challenge=" CHALLENGE
			    "&code_challenge_method=plain"), PUBLIC,
	  OAUTH_INVALID_REQUEST },
	{ "plain, not required",
	  STR_INIT("response_type=code&code_challenge=" CHALLENGE
		   "&code_challenge_method=plain"), LAX,
	  OAUTH_INVALID_REQUEST },
	{ "S512", STR_INIT("response_type=code&code_challenge=" CHALLENGE
			   "&code_challenge_method=S512"), PUBLIC,
	  OAUTH_INVALID_REQUEST },
	{ "s256", STR_INIT("response_type=code&code_challenge=" CHALLENGE
			   "&code_challenge_method=s256"), PUBLIC,
	  OAUTH_INVALID_REQUEST },
	{ "a challenge too short",
	  STR_INIT("response_type=code&code_challenge=abc"
		   "&code_challenge_method=S256"), PUBLIC,
	  OAUTH_INVALID_REQUEST },
	{ "a padded challenge",
	  STR_INIT("response_type=code&code_challenge=" CHALLENGE "%3D"
		   "&code_challenge_method=S256"), LAX,
	  OAUTH_INVALID_REQUEST },
	{ "two challenges", STR_INIT("response_type=code" S256 S256), PUBLIC,
	  OAUTH_INVALID_REQUEST },
	{ "no challenge for token", STR_INIT("response_type=token"
					     "&code_challenge=abc"),
	  IMPLICIT, OAUTH_OK },

	/* OpenID Connect Core section 3.1.2.1 */
	{ "prompt none", STR_INIT("response_type=token&prompt=none"), LAX,
	  OAUTH_OK },
	{ "prompt none and login",
	  STR_INIT("response_type=token&prompt=none+login"), LAX,
	  OAUTH_INVALID_REQUEST },
	{ "prompt consent and none",
	  STR_INIT("response_type=token&prompt=consent+none"), LAX,
	  OAUTH_INVALID_REQUEST },
	{ "prompt none and an unknown one",
	  STR_INIT("response_type=token&prompt=none+x"), LAX,
	  OAUTH_INVALID_REQUEST },
	{ "prompt login and consent",
	  STR_INIT("response_type=token&prompt=login+consent"), LAX,
	  OAUTH_OK },
	{ "prompt none with code",
	  STR_INIT("response_type=code&prompt=none+login" S256), STRICT,
	  OAUTH_INVALID_REQUEST },
	{ "the response_type before prompt",
	  STR_INIT("response_type=x&prompt=none+login"), LAX,
	  OAUTH_UNSUPPORTED_RESPONSE_TYPE },
};

/* want: n, l and c for what was understood. */
static const struct {
	struct str query, want;
} prompts[] = {
	{ STR_INIT(""), STR_INIT("") },
	{ STR_INIT("&prompt="), STR_INIT("") },
	{ STR_INIT("&prompt=none"), STR_INIT("n") },
	{ STR_INIT("&prompt=+none+"), STR_INIT("n") },
	{ STR_INIT("&prompt=login"), STR_INIT("l") },
	{ STR_INIT("&prompt=select_account"), STR_INIT("l") },
	{ STR_INIT("&prompt=consent"), STR_INIT("c") },
	{ STR_INIT("&prompt=consent+login"), STR_INIT("lc") },
	{ STR_INIT("&prompt=login++login"), STR_INIT("l") },
	{ STR_INIT("&prompt=LOGIN"), STR_INIT("!") },
	{ STR_INIT("&prompt=create"), STR_INIT("l") },
	{ STR_INIT("&prompt=login%09consent"), STR_INIT("!") },
};

static void test_rules(struct arena *a)
{
	for (size_t i = 0; i < COUNT(rules); i++) {
		struct authorization_request in = read_query(a,
							     rules[i].query);
		struct exchange x = { .arena = a };
		struct client client = client_of(rules[i].client);
		struct authorization_rules out;
		enum oauth_error e = authorization_request_check(
			&x, &in, &client, &out);

		ok(e == rules[i].want && x.error == e &&
		   (x.description.len > 0) == (e != OAUTH_OK), "%s: %.*s",
		   rules[i].what, STR_ARG(oauth_error_code(rules[i].want)));
	}
}

static void test_prompts(struct arena *a)
{
	const struct client client = client_of(LAX);

	for (size_t i = 0; i < COUNT(prompts); i++) {
		struct exchange x = { .arena = a };
		struct authorization_request in;
		struct authorization_rules out = { .max_age = 0 };
		struct prompt p;
		struct buf b;

		buf_init(&b, a);
		buf_addf(&b, "response_type=token%.*s",
			 STR_ARG(prompts[i].query));
		in = read_query(a, buf_str(&b));
		buf_init(&b, a);
		if (authorization_request_check(&x, &in, &client, &out))
			buf_char(&b, '!');
		p = out.prompt;
		buf_addf(&b, "%s%s%s", p.none ? "n" : "", p.login ? "l" : "",
			 p.consent ? "c" : "");
		ok(str_eq(buf_str(&b), prompts[i].want),
		   "understood of \"%.*s\": \"%.*s\"",
		   STR_ARG(prompts[i].query), STR_ARG(prompts[i].want));
	}
}

static const struct {
	struct str query;
	bool want;
} ambiguous[] = {
	{ STR_INIT("client_id=a&redirect_uri=b"), false },
	{ STR_INIT(""), false },
	{ STR_INIT("client_id=a&state=x&state=y"), false },
	{ STR_INIT("client_id=a&client_id=a"), true },
	{ STR_INIT("client_id=a&client_id="), true },
	{ STR_INIT("client_id=a&client%5Fid=b"), true },
	{ STR_INIT("redirect_uri=a&client_id=x&redirect_uri=b"), true },
	{ STR_INIT("client_id=a&Client_id=a"), false },
};

static void test_ambiguous(struct arena *a)
{
	for (size_t i = 0; i < COUNT(ambiguous); i++) {
		struct form form;

		ok(form_parse(a, ambiguous[i].query, &form) == FORM_OK &&
		   authorization_request_ambiguous(&form) == ambiguous[i].want,
		   "\"%.*s\" is %sambiguous", STR_ARG(ambiguous[i].query),
		   ambiguous[i].want ? "" : "not ");
	}
}

int main(void)
{
	struct arena *a = arena_new((size_t)1 << 22);

	test_rules(a);
	test_prompts(a);
	test_ambiguous(a);
	arena_free(a);
	return done_testing();
}
