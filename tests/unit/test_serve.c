/*
 * test_serve.c - routing, and what every answer has: with endpoints of its own,
 * and without a database.
 */
#include <string.h>

#include "app/serve.h"
#include "base/json.h"
#include "tap.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define WELL_KNOWN "/.well-known/oauth-authorization-server"
#define NOTHING { NULL, 0 }

/* Each says its name in the body, so that the answer says who gave it. */
static void say(struct exchange *x, struct str name)
{
	reply_json(&x->reply, 200);
	buf_add(&x->reply.body, name);
}

static void be_token(struct exchange *x)
{
	x->client_id = STR("the client");
	x->user = STR("the user");
	x->trips = 2;
	x->statements = 3;
	say(x, STR("<token>"));
}

static void be_record(struct exchange *x)
{
	say(x, STR("<record>"));
}

static void be_metadata(struct exchange *x)
{
	say(x, STR("<metadata>"));
}

static void be_authorize(struct exchange *x)
{
	x->poke = true;
	say(x, STR("<authorize>"));
}

static void be_me(struct exchange *x)
{
	oauth_reason(x, STR("no such token"));
	oauth_fail(x, OAUTH_INVALID_TOKEN, "it is not valid");
	oauth_reply_challenge(x);
}

static const struct endpoint endpoints[] = {
	{ STR_INIT("/oauth/token"), STR_INIT("POST"), be_token, ENDPOINT_JSON,
	  true },
	{ STR_INIT("/oauth/token/"), STR_INIT("GET"), be_record,
	  ENDPOINT_JSON, true },
	{ STR_INIT(WELL_KNOWN), STR_INIT("GET HEAD"), be_metadata,
	  ENDPOINT_JSON, true },
	{ STR_INIT("/oauth/authorize"), STR_INIT("GET POST"), be_authorize,
	  ENDPOINT_PAGE, false },
	{ STR_INIT("/api/me"), STR_INIT("GET HEAD"), be_me, ENDPOINT_BEARER,
	  true },
	ENDPOINT_END
};

static const struct app app = {
	STR_INIT("test"), endpoints, false, NULL
};
static const struct service service = { .app = &app };

static bool has(struct str text, struct str part)
{
	return memmem(text.ptr, text.len, part.ptr, part.len) != NULL;
}

/* want: the beginning of the answer, and something that is in it. */
static const struct {
	struct str method, path, status, part;
} routes[] = {
	{ STR_INIT("POST"), STR_INIT("/oauth/token"), STR_INIT("200 OK"),
	  STR_INIT("<token>") },
	{ STR_INIT("POST"), STR_INIT("/a/b/oauth/token"), STR_INIT("200 OK"),
	  STR_INIT("<token>") },
	{ STR_INIT("POST"), STR_INIT("/oauth/authorize/oauth/token"),
	  STR_INIT("200 OK"), STR_INIT("<token>") },
	{ STR_INIT("GET"), STR_INIT("/x/oauth/authorize"), STR_INIT("200 OK"),
	  STR_INIT("<authorize>") },
	{ STR_INIT("POST"), STR_INIT("/oauth/authorize"), STR_INIT("200 OK"),
	  STR_INIT("<authorize>") },
	{ STR_INIT("GET"), STR_INIT(WELL_KNOWN), STR_INIT("200 OK"),
	  STR_INIT("<metadata>") },
	/* RFC 8414 section 3.1: the issuer's path follows. */
	{ STR_INIT("GET"), STR_INIT(WELL_KNOWN "/tenant/1"),
	  STR_INIT("200 OK"), STR_INIT("<metadata>") },
	{ STR_INIT("GET"), STR_INIT(WELL_KNOWN "/"), STR_INIT("200 OK"),
	  STR_INIT("<metadata>") },
	{ STR_INIT("GET"), STR_INIT("/tenant" WELL_KNOWN), STR_INIT("200 OK"),
	  STR_INIT("<metadata>") },

	{ STR_INIT("GET"), STR_INIT(WELL_KNOWN "x"),
	  STR_INIT("404 Not Found"), STR_INIT("text/html") },
	{ STR_INIT("GET"), STR_INIT("/tenant" WELL_KNOWN "/1"),
	  STR_INIT("404 Not Found"), STR_INIT("text/html") },
	{ STR_INIT("GET"), STR_INIT("/"), STR_INIT("404 Not Found"),
	  STR_INIT("text/html") },
	{ STR_INIT("GET"), STR_INIT(""), STR_INIT("404 Not Found"),
	  STR_INIT("text/html") },
	{ STR_INIT("GET"), NOTHING, STR_INIT("404 Not Found"),
	  STR_INIT("text/html") },
	/* One that has something below it. */
	{ STR_INIT("GET"), STR_INIT("/oauth/token/x"), STR_INIT("200 OK"),
	  STR_INIT("<record>") },
	{ STR_INIT("GET"), STR_INIT("/a/oauth/token/"), STR_INIT("200 OK"),
	  STR_INIT("<record>") },
	{ STR_INIT("POST"), STR_INIT("/oauth/token/x"),
	  STR_INIT("405 Method Not Allowed"),
	  STR_INIT("Allow: GET, OPTIONS\r\n") },
	{ STR_INIT("GET"), STR_INIT("/oauth/token/x/"),
	  STR_INIT("404 Not Found"), STR_INIT("text/html") },
	{ STR_INIT("GET"), STR_INIT("/oauth/token/x/y"),
	  STR_INIT("404 Not Found"), STR_INIT("text/html") },
	{ STR_INIT("GET"), STR_INIT("/oauth/authorize/"),
	  STR_INIT("404 Not Found"), STR_INIT("text/html") },
	{ STR_INIT("GET"), STR_INIT("/oauth/authorize/x"),
	  STR_INIT("404 Not Found"), STR_INIT("text/html") },
	{ STR_INIT("POST"), STR_INIT("/oauth/Token"),
	  STR_INIT("404 Not Found"), STR_INIT("text/html") },
	{ STR_INIT("POST"), STR_INIT("oauth/token"),
	  STR_INIT("404 Not Found"), STR_INIT("text/html") },
	{ STR_INIT("BREW"), STR_INIT("/nowhere"), STR_INIT("404 Not Found"),
	  STR_INIT("text/html") },

	{ STR_INIT("GET"), STR_INIT("/oauth/token"),
	  STR_INIT("405 Method Not Allowed"),
	  STR_INIT("Allow: POST, OPTIONS\r\n") },
	{ STR_INIT("DELETE"), STR_INIT(WELL_KNOWN),
	  STR_INIT("405 Method Not Allowed"),
	  STR_INIT("Allow: GET, HEAD, OPTIONS\r\n") },
	{ STR_INIT("PUT"), STR_INIT("/oauth/authorize"),
	  STR_INIT("405 Method Not Allowed"),
	  STR_INIT("Allow: GET, POST\r\n") },
	{ STR_INIT("HEAD"), STR_INIT("/oauth/authorize"),
	  STR_INIT("405 Method Not Allowed"),
	  STR_INIT("Allow: GET, POST\r\n") },
	{ STR_INIT("OPTIONS"), STR_INIT("/oauth/authorize"),
	  STR_INIT("405 Method Not Allowed"),
	  STR_INIT("Allow: GET, POST\r\n") },
	{ STR_INIT("post"), STR_INIT("/oauth/token"),
	  STR_INIT("405 Method Not Allowed"),
	  STR_INIT("{\"error\":\"method_not_allowed\"") },
	{ STR_INIT("POS"), STR_INIT("/oauth/token"),
	  STR_INIT("405 Method Not Allowed"), STR_INIT("Allow: ") },
	{ STR_INIT("GET POST"), STR_INIT("/oauth/authorize"),
	  STR_INIT("405 Method Not Allowed"), STR_INIT("Allow: ") },
	{ NOTHING, STR_INIT("/oauth/token"),
	  STR_INIT("405 Method Not Allowed"), STR_INIT("Allow: ") },
};

static struct str serve(struct arena *a, const struct request *rq,
			struct str *log)
{
	struct served out = { .poke = true };

	serve_request(&service, a, rq, &out);
	*log = out.log;
	return out.text;
}

static bool has_status(struct arena *a, struct str text, struct str status)
{
	struct buf b;

	buf_init(&b, a);
	buf_addf(&b, "Status: %.*s\r\n", STR_ARG(status));
	return str_starts(text, buf_str(&b));
}

static void test_routes(struct arena *a)
{
	for (size_t i = 0; i < COUNT(routes); i++) {
		const struct request rq = { .method = routes[i].method,
					    .path = routes[i].path };
		struct str log, text = serve(a, &rq, &log);

		ok(has_status(a, text, routes[i].status) &&
		   has(text, routes[i].part), "%.*s %.*s: %.*s",
		   STR_ARG(rq.method), STR_ARG(rq.path),
		   STR_ARG(routes[i].status));
	}
}

/* In an order that they need not have: each is looked for alone. */
static const struct str preflight[] = {
	STR_INIT("Status: 204 No Content\r\n"),
	STR_INIT("Access-Control-Allow-Origin: *\r\n"),
	STR_INIT("Access-Control-Allow-Methods: GET, HEAD\r\n"),
	STR_INIT("Access-Control-Allow-Headers: Authorization, Content-Type"
		 "\r\n"),
	STR_INIT("Access-Control-Max-Age: 86400\r\n"),
};

static void test_cors(struct arena *a)
{
	struct request rq = { .method = STR("OPTIONS"),
			      .path = STR(WELL_KNOWN),
			      .origin = STR("https://spa.example") };
	struct str log, text = serve(a, &rq, &log);

	for (size_t i = 0; i < COUNT(preflight); i++)
		ok(has(text, preflight[i]), "preflight: %.*s",
		   (int)preflight[i].len - 2, preflight[i].ptr);
	ok(!has(text, STR("<metadata>")) && str_ends(text, STR("\r\n\r\n")),
	   "preflight: the endpoint does not run");
	ok(!has(text, STR("Allow-Credentials")),
	   "preflight: never with the browser's credentials");
	rq.method = STR("GET");
	text = serve(a, &rq, &log);
	ok(has(text, STR("Access-Control-Allow-Origin: *\r\n")) &&
	   has(text, STR("Access-Control-Expose-Headers: WWW-Authenticate")),
	   "any script may read the answer");
	rq.path = STR("/api/me");
	text = serve(a, &rq, &log);
	ok(has_status(a, text, STR("401 Unauthorized")) &&
	   has(text, STR("Access-Control-Allow-Origin: *\r\n")),
	   "and a failure");
	rq.path = STR("/oauth/token");
	text = serve(a, &rq, &log);
	ok(has_status(a, text, STR("405 Method Not Allowed")) &&
	   has(text, STR("Access-Control-Allow-Origin: *\r\n")), "and a 405");
	rq.path = STR("/oauth/authorize");
	text = serve(a, &rq, &log);
	ok(!has(text, STR("Access-Control")), "of a page, none may");
	rq.path = STR("/nowhere");
	text = serve(a, &rq, &log);
	ok(!has(text, STR("Access-Control")), "nor of nothing");
}

static const struct {
	enum request_fault fault;
	struct str status;
} faults[] = {
	{ REQUEST_BAD, STR_INIT("400 Bad Request") },
	{ REQUEST_CUT, STR_INIT("400 Bad Request") },
	{ REQUEST_TOO_LARGE, STR_INIT("413 Content Too Large") },
	{ REQUEST_QUERY_TOO_LONG, STR_INIT("414 URI Too Long") },
	{ REQUEST_HEADERS_TOO_LONG,
	  STR_INIT("431 Request Header Fields Too Large") },
	{ REQUEST_SLOW, STR_INIT("408 Request Timeout") },
};

/* One that is read by a client, one by a person, one by nobody. */
static const struct {
	struct str path, part;
} readers[] = {
	{ STR_INIT("/oauth/token"),
	  STR_INIT("{\"error\":\"invalid_request\"") },
	{ STR_INIT("/oauth/authorize"), STR_INIT("<!DOCTYPE html>") },
	{ STR_INIT("/nowhere"), STR_INIT("<!DOCTYPE html>") },
};

static void test_fault(struct arena *a, size_t i, size_t j)
{
	const struct request rq = { .fault = faults[i].fault,
				    .method = STR("POST"),
				    .path = readers[j].path };
	struct str log, text = serve(a, &rq, &log);

	ok(has_status(a, text, faults[i].status) &&
	   has(text, readers[j].part) && !has(text, STR("<token>")) &&
	   !has(text, STR("<authorize>")) &&
	   has(log, STR("\"outcome\":\"invalid_request\"")), "%.*s: %.*s",
	   STR_ARG(readers[j].path), STR_ARG(faults[i].status));
}

static void test_head(struct arena *a)
{
	struct request rq = { .method = STR("GET"), .path = STR(WELL_KNOWN) };
	struct str log, get = serve(a, &rq, &log), head;

	rq.method = STR("HEAD");
	head = serve(a, &rq, &log);
	ok(str_ends(head, STR("\r\n\r\n")) && str_starts(get, head) &&
	   get.len == head.len + strlen("<metadata>"),
	   "HEAD: as GET, without the body (RFC 9110 section 9.3.2)");
	rq.path = STR("/nowhere");
	head = serve(a, &rq, &log);
	ok(has_status(a, head, STR("404 Not Found")) &&
	   str_ends(head, STR("\r\n\r\n")), "HEAD: of nothing, too");
	ok(has(log, STR("\"method\":\"HEAD\"")), "HEAD: logged as that");
}

static void test_poke(struct arena *a)
{
	struct request rq = { .method = STR("GET"),
			      .path = STR("/oauth/authorize") };
	struct served out;

	serve_request(&service, a, &rq, &out);
	ok(out.poke, "an endpoint that leaves something to do");
	rq.path = STR("/api/me");
	serve_request(&service, a, &rq, &out);
	ok(!out.poke, "one that does not");
}

/* want: as it stands in the line, absent: no such member. */
static const struct {
	const char *what;
	struct str method, path, name, want;
} members[] = {
	{ "the program", STR_INIT("POST"), STR_INIT("/oauth/token"),
	  STR_INIT("program"), STR_INIT("test") },
	{ "the endpoint, not the path", STR_INIT("POST"),
	  STR_INIT("/a/oauth/token"), STR_INIT("endpoint"),
	  STR_INIT("/oauth/token") },
	{ "the method", STR_INIT("POST"), STR_INIT("/oauth/token"),
	  STR_INIT("method"), STR_INIT("POST") },
	{ "the status", STR_INIT("POST"), STR_INIT("/oauth/token"),
	  STR_INIT("status"), STR_INIT("200") },
	{ "the client", STR_INIT("POST"), STR_INIT("/oauth/token"),
	  STR_INIT("client_id"), STR_INIT("the client") },
	{ "the user", STR_INIT("POST"), STR_INIT("/oauth/token"),
	  STR_INIT("user"), STR_INIT("the user") },
	{ "the outcome", STR_INIT("POST"), STR_INIT("/oauth/token"),
	  STR_INIT("outcome"), STR_INIT("ok") },
	{ "no reason", STR_INIT("POST"), STR_INIT("/oauth/token"),
	  STR_INIT("reason"), NOTHING },
	{ "the round trips", STR_INIT("POST"), STR_INIT("/oauth/token"),
	  STR_INIT("trips"), STR_INIT("2") },
	{ "the statements", STR_INIT("POST"), STR_INIT("/oauth/token"),
	  STR_INIT("statements"), STR_INIT("3") },
	{ "no client", STR_INIT("GET"), STR_INIT(WELL_KNOWN),
	  STR_INIT("client_id"), NOTHING },
	{ "no user", STR_INIT("GET"), STR_INIT(WELL_KNOWN), STR_INIT("user"),
	  NOTHING },
	{ "the code of a failure", STR_INIT("GET"), STR_INIT("/api/me"),
	  STR_INIT("outcome"), STR_INIT("invalid_token") },
	{ "the reason before the description", STR_INIT("GET"),
	  STR_INIT("/api/me"), STR_INIT("reason"),
	  STR_INIT("no such token") },
	{ "nowhere", STR_INIT("GET"), STR_INIT("/nowhere"),
	  STR_INIT("endpoint"), STR_INIT("none") },
	{ "nowhere's outcome", STR_INIT("GET"), STR_INIT("/nowhere"),
	  STR_INIT("outcome"), STR_INIT("not_found") },
	{ "nowhere's description", STR_INIT("GET"), STR_INIT("/nowhere"),
	  STR_INIT("reason"), STR_INIT("there is nothing here") },
	{ "a preflight", STR_INIT("OPTIONS"), STR_INIT("/api/me"),
	  STR_INIT("status"), STR_INIT("204") },
	{ "a method that is none", STR_INIT("X\"\r\nY"),
	  STR_INIT("/oauth/token"), STR_INIT("method"),
	  STR_INIT("X\"\r\nY") },
};

static bool is_member(struct arena *a, struct str log, struct str name,
		      struct str want)
{
	const struct json *v = json_member(json_parse(a, log), name);
	long long wanted, is;

	if (!want.ptr)
		return !v;
	if (json_text(v).ptr)
		return str_eq(json_text(v), want);
	return str_number(want, &wanted) && json_integer(v, &is) &&
	       is == wanted;
}

static void test_log(struct arena *a)
{
	for (size_t i = 0; i < COUNT(members); i++) {
		const struct request rq = {
			.method = members[i].method,
			.path = members[i].path,
			.query = STR("code=a-secret"),
			.body = STR("client_secret=a-secret"),
			.authorization = STR("Bearer a-secret"),
			.cookie = STR("session=a-secret"),
		};
		struct str log;

		(void)serve(a, &rq, &log);
		ok(is_member(a, log, members[i].name, members[i].want) &&
		   str_ends(log, STR("\n")) && !has(log, STR("a-secret")),
		   "log: %s", members[i].what);
	}
}

int main(void)
{
	struct arena *a = arena_new((size_t)1 << 24);

	test_routes(a);
	test_cors(a);
	for (size_t i = 0; i < COUNT(faults); i++)
		for (size_t j = 0; j < COUNT(readers); j++)
			test_fault(a, i, j);
	test_head(a);
	test_poke(a);
	test_log(a);
	arena_free(a);
	return done_testing();
}
