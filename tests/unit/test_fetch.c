/*
 * test_fetch.c - what is asked of a server, and what is made of its answer.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fetch_asking.h"

static void test_ok(struct arena *a)
{
	struct fetch f;

	serve_next("HTTP/1.1 200 OK\r\nContent-Type: application/json; "
		   "charset=utf-8\r\nContent-Length: 2\r\n"
		   "Cache-Control: public, max-age=300\r\n\r\n{}");
	f = ask_for(a, "/jwks?x=1");
	is_status(&f, FETCH_OK, "an answer");
	ok(f.http_status == 200, "its status");
	ok(str_eq(f.got, STR("{}")), "its body");
	ok(str_eq(f.content_type_got,
		  STR("application/json; charset=utf-8")), "its type");
	ok(f.max_age == 300, "its age");
	ok(str_eq(f.reason, STR("HTTP status 200")), "its reason");

	serve_next("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		   "2\r\nab\r\n3\r\ncde\r\n0\r\n"
		   "Cache-Control: max-age=5\r\n"
		   "Content-Encoding: gzip\r\n\r\n");
	f = ask_for(a, "/");
	is_status(&f, FETCH_OK, "an answer in chunks, with a trailer");
	ok(str_eq(f.got, STR("abcde")), "the chunks together");
	ok(!f.content_type_got.ptr, "no type: absent");
	ok(f.max_age == -1, "the trailer's fields are not the header's");

	serve_next("HTTP/1.1 204 No Content\r\n\r\n");
	f = ask_for(a, "/");
	is_status(&f, FETCH_OK, "an answer without a body");
	ok(f.got.ptr && f.got.len == 0, "that is empty, and not absent");

	serve_next("HTTP/1.0 200 OK\r\n\r\nuntil the end");
	f = ask_for(a, "/");
	is_status(&f, FETCH_OK, "an answer that ends with the connection");
	ok(str_eq(f.got, STR("until the end")), "all of it");

	serve_next("HTTP/1.1 103 Early Hints\r\nCache-Control: max-age=9\r\n"
		   "\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx");
	f = ask_for(a, "/");
	is_status(&f, FETCH_OK, "an interim answer before it");
	ok(f.http_status == 200 && f.max_age == -1,
	   "the interim answer's fields do not count");

	serve_next("HTTP/1.1 200 OK\r\nContent-Encoding: identity\r\n"
		   "Content-Length: 1\r\n\r\nx");
	f = ask_for(a, "/");
	is_status(&f, FETCH_OK, "the encoding identity is none");
}

/* Is the header's field there, whatever its value? */
static bool has_field(struct str request, const char *name)
{
	while (request.ptr) {
		struct str line = str_cut(&request, '\n');

		if (line.len <= 1)
			return false;
		if (str_eq_nocase(str_cut(&line, ':'), str_of(name)))
			return true;
	}
	return false;
}

static void test_request(struct arena *a)
{
	struct fetch f = get(url_of(a, "http://127.0.0.1:$/a?b=c"));
	struct str request;

	serve_next("HTTP/1.1 200 OK\r\nSet-Cookie: a=b; Path=/\r\n"
		   "Alt-Svc: h3=\":1\"\r\nContent-Length: 0\r\n\r\n");
	f.accept = STR("application/json");
	fetch_run(a, &local, &f, 1);
	fetch_run(a, &local, &f, 1);
	is_status(&f, FETCH_OK, "the same again");
	request = last_request(a);
	ok(str_starts(request, STR("GET /a?b=c HTTP/1.1\r\n")), "the line");
	ok(strstr(request.ptr, "\r\nUser-Agent: Postern\r\n") != NULL,
	   "the name");
	ok(strstr(request.ptr, "\r\nAccept: application/json\r\n") != NULL,
	   "what is accepted");
	ok(!has_field(request, "Cookie"), "a cookie is not sent back");
	ok(!has_field(request, "Accept-Encoding"), "no encoding is asked for");
	ok(!has_field(request, "Authorization"), "nor .netrc read");
	ok(!has_field(request, "TE") && !has_field(request, "Referer") &&
	   !has_field(request, "Content-Type"), "and nothing else");

	f.method = STR("POST");
	f.content_type = STR("application/x-www-form-urlencoded");
	f.body = STR("logout_token=a%00b");
	fetch_run(a, &local, &f, 1);
	is_status(&f, FETCH_OK, "POST");
	request = last_request(a);
	ok(str_starts(request, STR("POST /a?b=c HTTP/1.1\r\n")), "its line");
	ok(str_ends(request, STR("\r\n\r\nlogout_token=a%00b")), "its body");
	ok(strstr(request.ptr, "\r\nContent-Type: application/"
		  "x-www-form-urlencoded\r\n") != NULL, "its type");
	ok(strstr(request.ptr, "\r\nContent-Length: 18\r\n") != NULL,
	   "its length");
	ok(!has_field(request, "Expect"), "without asking before");

	f.body = STR_NONE;
	fetch_run(a, &local, &f, 1);
	is_status(&f, FETCH_OK, "POST of nothing");
	request = last_request(a);
	ok(strstr(request.ptr, "\r\nContent-Length: 0\r\n") != NULL,
	   "its length is 0");
}

static void test_status(struct arena *a)
{
	const unsigned before = requests();
	struct fetch f;

	serve_next("HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n"
		   "Content-Type: text/plain\r\n\r\ngone");
	f = ask_for(a, "/");
	is_status(&f, FETCH_BAD_STATUS, "404");
	ok(f.http_status == 404 && str_eq(f.got, STR("gone")) &&
	   str_eq(f.content_type_got, STR("text/plain")),
	   "what it says can be read");
	ok(str_eq(f.reason, STR("HTTP status 404")), "its reason");

	serve_next("HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1/\r\n"
		   "Content-Length: 0\r\n\r\n");
	f = ask_for(a, "/");
	is_status(&f, FETCH_BAD_STATUS, "301");
	ok(f.http_status == 301, "is not followed");
	serve_next("HTTP/1.1 307 Moved\r\nLocation: /elsewhere\r\n"
		   "Refresh: 0; url=/elsewhere\r\nContent-Length: 0\r\n\r\n");
	f = ask_for(a, "/");
	is_status(&f, FETCH_BAD_STATUS, "307");
	serve_next("HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=x\r\n"
		   "Content-Length: 0\r\n\r\n");
	f = ask_for(a, "/");
	is_status(&f, FETCH_BAD_STATUS, "401");
	serve_next("HTTP/1.1 304 Not Modified\r\n\r\n");
	f = ask_for(a, "/");
	is_status(&f, FETCH_BAD_STATUS, "304");
	serve_next("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n"
		   "Connection: Upgrade\r\n\r\n{}");
	f = ask_for(a, "/");
	is_status(&f, FETCH_FAILED, "101 that nobody asked for");
	serve_next("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n");
	f = ask_for(a, "/");
	is_status(&f, FETCH_BAD_STATUS, "503");
	ok(requests() == before + 7, "each was asked for once");

	f = ask_for(a, "/large-error");
	is_status(&f, FETCH_BAD_STATUS, "500 with a large body");
	ok(f.got.len <= MAX_BYTES, "which is not all read");
	serve_next("HTTP/1.1 500 Oh\r\nContent-Encoding: gzip\r\n\r\n");
	f = ask_for(a, "/");
	is_status(&f, FETCH_BAD_STATUS, "500 with an encoded body");
}

/* Whoever reads these goes to a port where nobody listens. */
static const char *const proxies[] = {
	"http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy",
	"ALL_PROXY",
};

static void test_environment(struct arena *a, const char *home)
{
	struct fetch f;

	for (size_t i = 0; i < COUNT(proxies); i++)
		setenv(proxies[i], "http://127.0.0.1:1/", 1);
	setenv("no_proxy", "", 1);
	setenv("NO_PROXY", "", 1);
	setenv("HOME", home, 1);
	setenv("CURL_HOME", home, 1);
	serve_next("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
	f = ask_for(a, "/direct");
	is_status(&f, FETCH_OK, "a proxy of the environment is not used");
	ok(str_starts(last_request(a), STR("GET /direct HTTP/1.1\r\n")),
	   "nor spoken to");
	ok(!has_field(last_request(a), "Authorization"), "no .netrc is read");
	for (size_t i = 0; i < COUNT(proxies); i++)
		unsetenv(proxies[i]);
}

static void test_netrc(struct arena *a)
{
	char home[] = "/tmp/postern-fetch.XXXXXX", path[64];
	FILE *netrc;

	if (!ok(mkdtemp(home) != NULL, "a home"))
		return;
	(void)snprintf(path, sizeof(path), "%s/.netrc", home);
	netrc = fopen(path, "w");
	if (ok(netrc != NULL, "a .netrc")) {
		fputs("default login user password secret\n", netrc);
		fclose(netrc);
		test_environment(a, home);
	}
	unlink(path);
	rmdir(home);
}

static const struct {
	const char *fields;
	long long want;
} ages[] = {
	{ "", -1 },
	{ "Cache-Control: public\r\n", -1 },
	{ "Cache-Control:\r\n", -1 },
	{ "Cache-Control: max-age=0\r\n", 0 },
	{ "cache-control:max-age=60\r\n", 60 },
	{ "Cache-Control: Max-Age = 60 , public\r\n", 60 },
	{ "Cache-Control: max-age=\"60\"\r\n", 60 },
	{ "Cache-Control: public,, max-age=60,must-revalidate\r\n", 60 },
	{ "Cache-Control: max-age=60\r\nCache-Control: max-age=30\r\n", 30 },
	{ "Cache-Control: max-age=30, max-age=60\r\n", 30 },
	{ "Cache-Control: max-age=60\r\nCache-Control: no-store\r\n", 0 },
	{ "Cache-Control: no-cache, max-age=60\r\n", 0 },
	{ "Cache-Control: max-age=99999999999\r\n", 2147483648 },
	{ "Cache-Control: max-age=99999999999999999999999\r\n", 2147483648 },
	{ "Cache-Control: max-age=-1\r\n", 0 },
	{ "Cache-Control: max-age=1e3\r\n", 0 },
	{ "Cache-Control: max-age\r\n", 0 },
	{ "Cache-Control: max-age=\r\n", 0 },
	{ "Cache-Control: max-age=\"\r\n", 0 },
	{ "Cache-Control: x-max-age=60\r\n", -1 },
	{ "X-Cache-Control: max-age=60\r\n", -1 },
	{ "Cache-Control: s-maxage=60\r\n", -1 },
};

static void test_cache_control(struct arena *a)
{
	for (size_t i = 0; i < COUNT(ages); i++) {
		struct fetch f;
		struct buf b;

		buf_init(&b, a);
		buf_addf(&b, "HTTP/1.1 200 OK\r\n%sContent-Length: 0\r\n"
			 "\r\n", ages[i].fields);
		serve_next(buf_str(&b).ptr);
		f = ask_for(a, "/");
		ok(f.status == FETCH_OK && f.max_age == ages[i].want,
		   "the age is %lld", ages[i].want);
	}
	serve_next("");
}

int main(void)
{
	struct arena *a = arena_new(16u << 20);

	signal(SIGPIPE, SIG_IGN);
	serve_next("");
	(void)start_server();
	fetch_init();
	test_ok(a);
	test_request(a);
	test_status(a);
	test_netrc(a);
	test_cache_control(a);
	arena_free(a);
	return done_testing();
}
