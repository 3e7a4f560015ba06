/*
 * test_authorization_request.c - the rules of RFC 6749 section 4.1.1, RFC 7636
 * section 4.3 and OpenID Connect Core section 3.1.2.1, without a database.
 */
#include "oauth/authorization_request.h"
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

static struct authorization_request read_query(struct arena *a,
					       struct str query)
{
	struct authorization_request in = { .client_id = STR_NONE };
	struct form form;

	if (form_parse(a, query, &form) == FORM_OK)
		authorization_request_read(&form, &in);
	return in;
}

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

/* The text of a request that was read; want absent: as it was. */
static const struct {
	const char *what;
	struct str query;
	bool without_login;
	struct str want;
} texts[] = {
	{ "all there is",
	  STR_INIT("client_id=a&redirect_uri=https%3A%2F%2Fb.example%2F"
		   "&response_type=code&scope=x%20y&state=z"
		   "&code_challenge=c&code_challenge_method=S256"
		   "&nonce=n&prompt=login"), false, { NULL, 0 } },
	{ "nothing", STR_INIT(""), false, { NULL, 0 } },
	{ "a state of anything",
	  STR_INIT("state=%26%3D%2B%25%22%3C%3E%0A%C3%A9"), false,
	  { NULL, 0 } },
	{ "another order", STR_INIT("state=z&client_id=a"), false,
	  STR_INIT("client_id=a&state=z") },
	{ "one that is not known", STR_INIT("client_id=a&x=y&password=z"),
	  false, STR_INIT("client_id=a") },
	{ "an empty one", STR_INIT("client_id=a&state="), false,
	  STR_INIT("client_id=a") },
	{ "one that is there twice", STR_INIT("client_id=a&state=x&state=y"),
	  false, STR_INIT("client_id=a") },
	{ "without login", STR_INIT("client_id=a&prompt=login"), true,
	  STR_INIT("client_id=a") },
	{ "without select_account", STR_INIT("prompt=select_account"), true,
	  STR_INIT("") },
	{ "without login, consent stays",
	  STR_INIT("prompt=login+consent+login"), true,
	  STR_INIT("prompt=consent") },
	{ "without login, where there is none", STR_INIT("client_id=a"), true,
	  { NULL, 0 } },
	{ "without login, one that is not known", STR_INIT("prompt=x+login+y"),
	  true, STR_INIT("prompt=x%20y") },
};

static void test_texts(struct arena *a)
{
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct authorization_request in = read_query(a,
							     texts[i].query);
		struct str want = texts[i].want.ptr ? texts[i].want
						    : texts[i].query;
		struct str text = authorization_request_text(
			a, &in, texts[i].without_login);

		ok(str_eq(text, want), "text: %s", texts[i].what);
		in = read_query(a, text);
		ok(str_eq(authorization_request_text(a, &in, false), text),
		   "text, read again: %s", texts[i].what);
	}
}

/* A state of n times the character; as long as it may be in a Location. */
static const struct {
	const char *what;
	struct str character;
	size_t n;
	struct str type, mode;
	bool want;
} states[] = {
#define E "\xC3\xA9"
	{ "letters", STR_INIT("s"), 4096, STR_INIT("code"), { NULL, 0 }, true },
	{ "a letter more", STR_INIT("s"), 4097, STR_INIT("code"), { NULL, 0 },
	  false },
	{ "spaces", STR_INIT(" "), 1365, STR_INIT("code"), { NULL, 0 }, true },
	{ "a space more", STR_INIT(" "), 1366, STR_INIT("code"), { NULL, 0 },
	  false },
	{ "not ASCII", STR_INIT(E), 682, STR_INIT("code"), { NULL, 0 }, true },
	{ "one more", STR_INIT(E), 683, STR_INIT("code"), { NULL, 0 }, false },
	{ "in a fragment", STR_INIT(E), 682, STR_INIT("token"), { NULL, 0 },
	  true },
	{ "one more in a fragment", STR_INIT(E), 683, STR_INIT("token"),
	  { NULL, 0 }, false },
	{ "of a type there is not", STR_INIT(E), 683, STR_INIT("x"),
	  { NULL, 0 }, false },
	{ "in a form", STR_INIT(E), 2048, STR_INIT("code"),
	  STR_INIT("form_post"), true },
	{ "one more in a form", STR_INIT(E), 2049, STR_INIT("code"),
	  STR_INIT("form_post"), false },
	{ "in a signed form", STR_INIT("\x01"), 4096, STR_INIT("code"),
	  STR_INIT("form_post.jwt"), true },
	{ "signed", STR_INIT("s"), 3070, STR_INIT("code"), STR_INIT("jwt"),
	  true },
	{ "one more, signed", STR_INIT("s"), 3071, STR_INIT("code"),
	  STR_INIT("jwt"), false },
	{ "not ASCII, signed", STR_INIT(E), 1535, STR_INIT("code"),
	  STR_INIT("query.jwt"), true },
	{ "one more, not ASCII, signed", STR_INIT(E), 1536, STR_INIT("code"),
	  STR_INIT("query.jwt"), false },
	{ "control characters, signed", STR_INIT("\x01"), 511,
	  STR_INIT("token"), STR_INIT("fragment.jwt"), true },
	{ "one more control character, signed", STR_INIT("\x01"), 512,
	  STR_INIT("token"), STR_INIT("fragment.jwt"), false },
	{ "none", STR_INIT("s"), 0, STR_INIT("code"), { NULL, 0 }, true },
#undef E
};

static void test_states(struct arena *a)
{
	for (size_t i = 0; i < COUNT(states); i++) {
		struct authorization_request in = {
			.response_type = states[i].type,
			.response_mode = states[i].mode,
		};
		struct buf b;

		buf_init(&b, a);
		for (size_t n = 0; n < states[i].n; n++)
			buf_add(&b, states[i].character);
		in.state = buf_str(&b);
		ok(authorization_state_fits(a, &in) == states[i].want,
		   "a state: %s", states[i].what);
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

/* The place: q, f or p; and j where it is signed. */
static const struct {
	struct str type, mode, want;
} places[] = {
	{ STR_INIT("code"), { NULL, 0 }, STR_INIT("q") },
	{ STR_INIT("token"), { NULL, 0 }, STR_INIT("f") },
	{ STR_INIT("id_token"), { NULL, 0 }, STR_INIT("f") },
	{ STR_INIT("id_token code"), { NULL, 0 }, STR_INIT("f") },
	{ STR_INIT("x"), { NULL, 0 }, STR_INIT("q") },
	{ { NULL, 0 }, { NULL, 0 }, STR_INIT("q") },
	{ STR_INIT("code"), STR_INIT("fragment"), STR_INIT("f") },
	{ STR_INIT("code"), STR_INIT("form_post"), STR_INIT("p") },
	{ STR_INIT("token"), STR_INIT("form_post"), STR_INIT("p") },
	{ STR_INIT("token"), STR_INIT("query"), STR_INIT("f") },
	{ STR_INIT("token"), STR_INIT("query.jwt"), STR_INIT("f") },
	{ STR_INIT("code"), STR_INIT("jwt"), STR_INIT("qj") },
	{ STR_INIT("code token"), STR_INIT("jwt"), STR_INIT("fj") },
	{ STR_INIT("code"), STR_INIT("form_post.jwt"), STR_INIT("pj") },
	{ STR_INIT("code"), STR_INIT("web_message"), STR_INIT("q") },
};

static void test_response_types(void)
{
	size_t n = 0;

	while (response_type_at(n)) {
		ok(response_type_find(response_type_at(n)->name) ==
		   response_type_at(n), "response type %.*s is found",
		   STR_ARG(response_type_at(n)->name));
		n++;
	}
	ok(n == 7 && !response_type_at((size_t)-1), "there are seven");
	for (size_t i = 0; i < COUNT(places); i++) {
		const struct response_mode m = response_mode_of(
			places[i].type, places[i].mode);
		char got[3] = { "qfp"[m.place], m.jwt ? 'j' : '\0' };

		ok(str_eq(str_of(got), places[i].want), "%.*s by %.*s: %.*s",
		   STR_ARG(places[i].type), STR_ARG(places[i].mode),
		   STR_ARG(places[i].want));
	}
}

int main(void)
{
	struct arena *a = arena_new((size_t)1 << 22);

	test_rules(a);
	test_prompts(a);
	test_texts(a);
	test_states(a);
	test_ambiguous(a);
	test_response_types();
	arena_free(a);
	return done_testing();
}
