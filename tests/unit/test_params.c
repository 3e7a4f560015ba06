/*
 * test_params.c - reading the parameters of a request (RFC 6749 sections 3.1
 * and 3.2).
 */
#include "oauth/params.h"
#include "tap.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define FORM "application/x-www-form-urlencoded"
#define NOTHING { NULL, 0 }

/* want: of params_read_body(), and of params_read_browser(). */
static const struct {
	const char *what;
	struct request rq;
	enum oauth_error body, browser;
	size_t fields;
} requests[] = {
	{ "a form", { .method = STR_INIT("POST"), .body = STR_INIT("a=1&b=2"),
		      .content_type = STR_INIT(FORM) },
	  OAUTH_OK, OAUTH_OK, 2 },
	{ "its type in capitals", {
		.method = STR_INIT("POST"), .body = STR_INIT("a=1"),
		.content_type = STR_INIT("APPLICATION/X-WWW-Form-Urlencoded") },
	  OAUTH_OK, OAUTH_OK, 1 },
	{ "a charset", { .method = STR_INIT("POST"), .body = STR_INIT("a=1"),
			 .content_type = STR_INIT(FORM ";charset=UTF-8") },
	  OAUTH_OK, OAUTH_OK, 1 },
	{ "a space before the charset", {
		.method = STR_INIT("POST"), .body = STR_INIT("a=1"),
		.content_type = STR_INIT(FORM " \t; charset=UTF-8") },
	  OAUTH_OK, OAUTH_OK, 1 },
	{ "no body", { .method = STR_INIT("POST") }, OAUTH_OK, OAUTH_OK, 0 },
	{ "no body, of another type", {
		.method = STR_INIT("POST"),
		.content_type = STR_INIT("application/json") },
	  OAUTH_OK, OAUTH_OK, 0 },
	{ "an empty query", {
		.method = STR_INIT("POST"), .body = STR_INIT("a=1"),
		.content_type = STR_INIT(FORM), .query = STR_INIT("") },
	  OAUTH_OK, OAUTH_OK, 1 },
	{ "JSON", { .method = STR_INIT("POST"), .body = STR_INIT("{}"),
		    .content_type = STR_INIT("application/json") },
	  OAUTH_INVALID_REQUEST, OAUTH_INVALID_REQUEST, 0 },
	{ "no type", { .method = STR_INIT("POST"), .body = STR_INIT("a=1") },
	  OAUTH_INVALID_REQUEST, OAUTH_INVALID_REQUEST, 0 },
	{ "multipart", {
		.method = STR_INIT("POST"), .body = STR_INIT("a=1"),
		.content_type = STR_INIT("multipart/form-data; boundary=x") },
	  OAUTH_INVALID_REQUEST, OAUTH_INVALID_REQUEST, 0 },
	{ "a type that begins alike", {
		.method = STR_INIT("POST"), .body = STR_INIT("a=1"),
		.content_type = STR_INIT(FORM "2") },
	  OAUTH_INVALID_REQUEST, OAUTH_INVALID_REQUEST, 0 },
	{ "a type among others", {
		.method = STR_INIT("POST"), .body = STR_INIT("a=1"),
		.content_type = STR_INIT("text/plain, " FORM) },
	  OAUTH_INVALID_REQUEST, OAUTH_INVALID_REQUEST, 0 },
	{ "a query besides", {
		.method = STR_INIT("POST"), .body = STR_INIT("a=1"),
		.content_type = STR_INIT(FORM), .query = STR_INIT("b=2") },
	  OAUTH_INVALID_REQUEST, OAUTH_INVALID_REQUEST, 0 },
	{ "a query alone", { .method = STR_INIT("POST"),
			     .query = STR_INIT("b=2") },
	  OAUTH_INVALID_REQUEST, OAUTH_INVALID_REQUEST, 0 },
	{ "twice the same", {
		.method = STR_INIT("POST"), .body = STR_INIT("a=1&b=2&a=1"),
		.content_type = STR_INIT(FORM) },
	  OAUTH_INVALID_REQUEST, OAUTH_OK, 3 },
	{ "an escape cut off", {
		.method = STR_INIT("POST"), .body = STR_INIT("a=%4"),
		.content_type = STR_INIT(FORM) },
	  OAUTH_INVALID_REQUEST, OAUTH_INVALID_REQUEST, 0 },
	{ "a NUL", {
		.method = STR_INIT("POST"), .body = STR_INIT("a=%00"),
		.content_type = STR_INIT(FORM) },
	  OAUTH_INVALID_REQUEST, OAUTH_INVALID_REQUEST, 0 },
	{ "not UTF-8", {
		.method = STR_INIT("POST"), .body = STR_INIT("a=%FF"),
		.content_type = STR_INIT(FORM) },
	  OAUTH_INVALID_REQUEST, OAUTH_INVALID_REQUEST, 0 },
	{ "GET", { .method = STR_INIT("GET"), .query = STR_INIT("a=1&b=2") },
	  OAUTH_INVALID_REQUEST, OAUTH_OK, 2 },
	{ "GET without a query", { .method = STR_INIT("GET") },
	  OAUTH_OK, OAUTH_OK, 0 },
	{ "GET, an escape cut off", { .method = STR_INIT("GET"),
				      .query = STR_INIT("a=%") },
	  OAUTH_INVALID_REQUEST, OAUTH_INVALID_REQUEST, 0 },
};

static void test_requests(struct arena *a)
{
	for (size_t i = 0; i < COUNT(requests); i++) {
		struct exchange x = { .arena = a, .request = &requests[i].rq };
		struct exchange y = x;
		struct form f = { NULL, 0 }, g = { NULL, 0 };
		enum oauth_error e = params_read_body(&x, &f);
		enum oauth_error h = params_read_browser(&y, &g);

		ok(e == requests[i].body && x.error == e &&
		   (e ? !f.fields : f.count == requests[i].fields), "body: %s: %.*s",
		   requests[i].what,
		   STR_ARG(oauth_error_code(requests[i].body)));
		ok(h == requests[i].browser && y.error == h &&
		   (h ? !g.fields : g.count == requests[i].fields), "browser: %s: %.*s",
		   requests[i].what,
		   STR_ARG(oauth_error_code(requests[i].browser)));
	}
}

static void test_too_many(struct arena *a)
{
	struct buf b;

	buf_init(&b, a);
	for (int i = 0; i <= FORM_FIELDS_MAX; i++) {
		struct request rq = { .method = STR("POST"),
				      .content_type = STR(FORM) };
		struct exchange x = { .arena = a, .request = &rq };
		enum oauth_error e;
		struct form f;

		buf_addf(&b, "&p%d=", i);
		if (i < FORM_FIELDS_MAX - 1)
			continue;
		rq.body = buf_str(&b);
		e = params_read_body(&x, &f);
		ok(e == (i < FORM_FIELDS_MAX ? OAUTH_OK : OAUTH_TOO_LARGE),
		   "%d parameters", i + 1);
	}
}

/* RFC 8707 section 2: resource may, and so may audience. */
static const struct {
	struct str form;
	bool want;
} repeats[] = {
	{ STR_INIT(""), false },
	{ STR_INIT("a=1"), false },
	{ STR_INIT("a=1&b=1"), false },
	{ STR_INIT("a=1&A=1"), false },
	{ STR_INIT("a=1&a=1"), true },
	{ STR_INIT("a=1&a=2"), true },
	{ STR_INIT("a&a"), true },
	{ STR_INIT("a=1&b=2&c=3&b="), true },
	{ STR_INIT("a=1&%61=2"), true },
	{ STR_INIT("=1&=2"), true },
	{ STR_INIT("resource=x&resource=y"), false },
	{ STR_INIT("audience=x&audience=x"), false },
	{ STR_INIT("resource=x&resource=y&a=1&a=2"), true },
};

static void test_repeats(struct arena *a)
{
	for (size_t i = 0; i < COUNT(repeats); i++) {
		struct form form;

		ok(form_parse(a, repeats[i].form, &form) == FORM_OK &&
		   params_repeat(&form) == repeats[i].want,
		   "\"%.*s\" repeats %s", STR_ARG(repeats[i].form),
		   repeats[i].want ? "one" : "none");
	}
}

struct in {
	struct str first, code, last;
};

static const struct param table[] = {
	PARAM(struct in, first, PARAM_OPTIONAL),
	PARAM(struct in, code, PARAM_REQUIRED),
	PARAM(struct in, last, PARAM_OPTIONAL),
	PARAM_END
};

static const struct {
	struct str form;
	enum oauth_error want;
	struct in in;
} bound[] = {
	{ STR_INIT("code=c&first=f&last=l&other=o"), OAUTH_OK,
	  { STR_INIT("f"), STR_INIT("c"), STR_INIT("l") } },
	{ STR_INIT("code=c"), OAUTH_OK, { NOTHING, STR_INIT("c"), NOTHING } },
	{ STR_INIT("code=c&first=&last"), OAUTH_OK,
	  { NOTHING, STR_INIT("c"), NOTHING } },
	{ STR_INIT("code=+"), OAUTH_OK, { NOTHING, STR_INIT(" "), NOTHING } },
	{ STR_INIT("first=f"), OAUTH_INVALID_REQUEST,
	  { NOTHING, NOTHING, NOTHING } },
	{ STR_INIT("code="), OAUTH_INVALID_REQUEST,
	  { NOTHING, NOTHING, NOTHING } },
	{ STR_INIT("CODE=c"), OAUTH_INVALID_REQUEST,
	  { NOTHING, NOTHING, NOTHING } },
};

static void test_bind(struct arena *a)
{
	for (size_t i = 0; i < COUNT(bound); i++) {
		struct exchange x = { .arena = a };
		struct in in = { STR("left"), STR("left"), STR("left") };
		enum oauth_error e = OAUTH_SERVER_ERROR;
		struct form form;

		if (form_parse(a, bound[i].form, &form) == FORM_OK)
			e = params_bind(&x, &form, table, &in);
		ok(e == bound[i].want && x.error == e, "\"%.*s\": %.*s",
		   STR_ARG(bound[i].form),
		   STR_ARG(oauth_error_code(bound[i].want)));
		if (e)
			ok(str_eq(x.description, STR("code is missing")),
			   "\"%.*s\": says what", STR_ARG(bound[i].form));
		else
			ok(str_eq(in.first, bound[i].in.first) &&
			   str_eq(in.code, bound[i].in.code) &&
			   str_eq(in.last, bound[i].in.last),
			   "\"%.*s\": the members", STR_ARG(bound[i].form));
	}
}

int main(void)
{
	struct arena *a = arena_new((size_t)1 << 20);

	test_requests(a);
	test_too_many(a);
	test_repeats(a);
	test_bind(a);
	arena_free(a);
	return done_testing();
}
