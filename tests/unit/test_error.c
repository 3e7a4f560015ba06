/*
 * test_error.c - the registered errors, and their renderings (RFC 6749 section
 * 5.2, RFC 6750 section 3).
 */
#include "oauth/exchange.h"
#include "tap.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define ALWAYS "X-Content-Type-Options: nosniff\r\n" \
	"Referrer-Policy: no-referrer\r\n"
#define JSON "Content-Type: application/json\r\n" \
	"Cache-Control: no-store\r\nPragma: no-cache\r\n"
#define BASIC "WWW-Authenticate: Basic realm=\"postern\", " \
	"charset=\"UTF-8\"\r\n"
#define BEARER "WWW-Authenticate: Bearer realm=\"postern\""
#define RETRY "Retry-After: 1\r\n"

static const struct {
	struct str code;
	int status;
} errors[OAUTH_ERROR_COUNT] = {
	[OAUTH_OK] = { STR_INIT("ok"), 200 },
	[OAUTH_INVALID_REQUEST] = { STR_INIT("invalid_request"), 400 },
	[OAUTH_INVALID_CLIENT] = { STR_INIT("invalid_client"), 401 },
	[OAUTH_INVALID_GRANT] = { STR_INIT("invalid_grant"), 400 },
	[OAUTH_UNAUTHORIZED_CLIENT] = { STR_INIT("unauthorized_client"), 400 },
	[OAUTH_UNSUPPORTED_GRANT_TYPE] = {
		STR_INIT("unsupported_grant_type"), 400 },
	[OAUTH_UNSUPPORTED_RESPONSE_TYPE] = {
		STR_INIT("unsupported_response_type"), 400 },
	[OAUTH_INVALID_SCOPE] = { STR_INIT("invalid_scope"), 400 },
	[OAUTH_ACCESS_DENIED] = { STR_INIT("access_denied"), 400 },
	[OAUTH_SERVER_ERROR] = { STR_INIT("server_error"), 503 },
	[OAUTH_TEMPORARILY_UNAVAILABLE] = {
		STR_INIT("temporarily_unavailable"), 503 },
	[OAUTH_INVALID_TOKEN] = { STR_INIT("invalid_token"), 401 },
	[OAUTH_INSUFFICIENT_SCOPE] = { STR_INIT("insufficient_scope"), 403 },
	[OAUTH_UNSUPPORTED_TOKEN_TYPE] = {
		STR_INIT("unsupported_token_type"), 400 },
	[OAUTH_AUTHORIZATION_PENDING] = {
		STR_INIT("authorization_pending"), 400 },
	[OAUTH_SLOW_DOWN] = { STR_INIT("slow_down"), 400 },
	[OAUTH_EXPIRED_TOKEN] = { STR_INIT("expired_token"), 400 },
	[OAUTH_LOGIN_REQUIRED] = { STR_INIT("login_required"), 400 },
	[OAUTH_CONSENT_REQUIRED] = { STR_INIT("consent_required"), 400 },
	[OAUTH_INTERACTION_REQUIRED] = {
		STR_INIT("interaction_required"), 400 },
	[OAUTH_ACCOUNT_SELECTION_REQUIRED] = {
		STR_INIT("account_selection_required"), 400 },
	[OAUTH_INVALID_REQUEST_URI] = {
		STR_INIT("invalid_request_uri"), 400 },
	[OAUTH_INVALID_REQUEST_OBJECT] = {
		STR_INIT("invalid_request_object"), 400 },
	[OAUTH_REQUEST_NOT_SUPPORTED] = {
		STR_INIT("request_not_supported"), 400 },
	[OAUTH_REQUEST_URI_NOT_SUPPORTED] = {
		STR_INIT("request_uri_not_supported"), 400 },
	[OAUTH_REGISTRATION_NOT_SUPPORTED] = {
		STR_INIT("registration_not_supported"), 400 },
	[OAUTH_INVALID_REDIRECT_URI] = {
		STR_INIT("invalid_redirect_uri"), 400 },
	[OAUTH_INVALID_CLIENT_METADATA] = {
		STR_INIT("invalid_client_metadata"), 400 },
	[OAUTH_INVALID_SOFTWARE_STATEMENT] = {
		STR_INIT("invalid_software_statement"), 400 },
	[OAUTH_UNAPPROVED_SOFTWARE_STATEMENT] = {
		STR_INIT("unapproved_software_statement"), 400 },
	[OAUTH_TOO_MANY_REQUESTS] = {
		STR_INIT("temporarily_unavailable"), 429 },
	[OAUTH_FORBIDDEN] = { STR_INIT("access_denied"), 403 },
	[OAUTH_UNMET_AUTHENTICATION_REQUIREMENTS] = {
		STR_INIT("unmet_authentication_requirements"), 400 },
	[OAUTH_NOT_FOUND] = { STR_INIT("not_found"), 404 },
	[OAUTH_METHOD_NOT_ALLOWED] = { STR_INIT("method_not_allowed"), 405 },
	[OAUTH_TOO_LARGE] = { STR_INIT("invalid_request"), 413 },
	[OAUTH_URI_TOO_LONG] = { STR_INIT("invalid_request"), 414 },
	[OAUTH_HEADERS_TOO_LONG] = { STR_INIT("invalid_request"), 431 },
	[OAUTH_TIMEOUT] = { STR_INIT("invalid_request"), 408 },
	[OAUTH_MISSING_TOKEN] = { STR_INIT("missing_token"), 401 },
};

static void test_table(void)
{
	for (int i = 0; i < OAUTH_ERROR_COUNT; i++) {
		enum oauth_error e = (enum oauth_error)i;
		int status = oauth_error_status(e);

		ok(errors[i].code.len > 0 &&
		   str_eq(oauth_error_code(e), errors[i].code) &&
		   status == errors[i].status, "%.*s, %d",
		   STR_ARG(errors[i].code), errors[i].status);
		ok(!str_eq(reply_reason(status), STR("Unknown")),
		   "%d has words", status);
	}
}

static const struct {
	enum oauth_error error;
	struct str description, want;
} answers[] = {
	{ OAUTH_INVALID_GRANT, STR_INIT("code has expired"), STR_INIT(
		"Status: 400 Bad Request\r\n" ALWAYS JSON
		"Content-Length: 64\r\n\r\n"
		"{\"error\":\"invalid_grant\","
		"\"error_description\":\"code has expired\"}") },
	{ OAUTH_INVALID_SCOPE, STR_INIT(""), STR_INIT(
		"Status: 400 Bad Request\r\n" ALWAYS JSON
		"Content-Length: 25\r\n\r\n{\"error\":\"invalid_scope\"}") },
	{ OAUTH_INVALID_CLIENT, STR_INIT("x"), STR_INIT(
		"Status: 401 Unauthorized\r\n" ALWAYS JSON BASIC
		"Content-Length: 50\r\n\r\n"
		"{\"error\":\"invalid_client\",\"error_description\":\"x\"}") },
	{ OAUTH_TEMPORARILY_UNAVAILABLE, STR_INIT("x"), STR_INIT(
		"Status: 503 Service Unavailable\r\n" ALWAYS JSON RETRY
		"Content-Length: 59\r\n\r\n"
		"{\"error\":\"temporarily_unavailable\","
		"\"error_description\":\"x\"}") },
	{ OAUTH_SERVER_ERROR, STR_INIT("x"), STR_INIT(
		"Status: 503 Service Unavailable\r\n" ALWAYS JSON RETRY
		"Content-Length: 48\r\n\r\n"
		"{\"error\":\"server_error\",\"error_description\":\"x\"}") },
};

/* RFC 6750 section 3.1: without a token no error code, and no body to speak
 * of. */
static const struct {
	enum oauth_error error;
	struct str description, want;
} challenges[] = {
	{ OAUTH_MISSING_TOKEN, STR_INIT("there is no access token"), STR_INIT(
		"Status: 401 Unauthorized\r\n" ALWAYS JSON BEARER "\r\n"
		"Content-Length: 2\r\n\r\n{}") },
	{ OAUTH_INVALID_TOKEN, STR_INIT("it has expired"), STR_INIT(
		"Status: 401 Unauthorized\r\n" ALWAYS JSON BEARER
		", error=\"invalid_token\", "
		"error_description=\"it has expired\"\r\n"
		"Content-Length: 62\r\n\r\n{\"error\":\"invalid_token\","
		"\"error_description\":\"it has expired\"}") },
	{ OAUTH_INSUFFICIENT_SCOPE, STR_INIT(""), STR_INIT(
		"Status: 403 Forbidden\r\n" ALWAYS JSON BEARER
		", error=\"insufficient_scope\"\r\nContent-Length: 30\r\n\r\n"
		"{\"error\":\"insufficient_scope\"}") },
	{ OAUTH_INVALID_REQUEST, STR_INIT("x"), STR_INIT(
		"Status: 400 Bad Request\r\n" ALWAYS JSON BEARER
		", error=\"invalid_request\", error_description=\"x\"\r\n"
		"Content-Length: 51\r\n\r\n"
		"{\"error\":\"invalid_request\","
		"\"error_description\":\"x\"}") },
	{ OAUTH_TEMPORARILY_UNAVAILABLE, STR_INIT("x"), STR_INIT(
		"Status: 503 Service Unavailable\r\n" ALWAYS JSON RETRY
		"Content-Length: 59\r\n\r\n"
		"{\"error\":\"temporarily_unavailable\","
		"\"error_description\":\"x\"}") },
};

static void check_text(struct exchange *x, struct str want, const char *what)
{
	struct str text = reply_text(&x->reply, x->arena, false);

	if (!ok(str_eq(text, want), "%s: %.*s", what,
		STR_ARG(oauth_error_code(x->error))))
		printf("# %.*s\n", STR_ARG(text));
}

static void test_texts(struct arena *a)
{
	for (size_t i = 0; i < COUNT(answers); i++) {
		struct exchange x = { .arena = a };

		reply_init(&x.reply, a);
		oauth_fail_str(&x, answers[i].error, answers[i].description);
		oauth_reply_json(&x);
		check_text(&x, answers[i].want, "as JSON");
	}
	for (size_t i = 0; i < COUNT(challenges); i++) {
		struct exchange x = { .arena = a };

		reply_init(&x.reply, a);
		oauth_fail_str(&x, challenges[i].error,
			       challenges[i].description);
		oauth_reply_challenge(&x);
		check_text(&x, challenges[i].want, "as a challenge");
	}
}

static void test_reason(struct arena *a)
{
	struct exchange x = { .arena = a };
	struct str text;

	reply_init(&x.reply, a);
	oauth_reason(&x, STR("no such client"));
	ok(oauth_fail(&x, OAUTH_INVALID_CLIENT, "it failed") ==
	   OAUTH_INVALID_CLIENT && str_eq(x.reason, STR("no such client")) &&
	   str_eq(x.description, STR("it failed")),
	   "a reason besides the description");
	oauth_reply_json(&x);
	text = reply_text(&x.reply, a, false);
	ok(!memmem(text.ptr, text.len, "no such", 7) &&
	   memmem(text.ptr, text.len, "it failed", 9),
	   "the client is told the description alone");
}

int main(void)
{
	struct arena *a = arena_new((size_t)1 << 20);

	test_table();
	test_texts(a);
	test_reason(a);
	arena_free(a);
	return done_testing();
}
