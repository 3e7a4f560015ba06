/*
 * test_gateway.c - what becomes of the variables of a CGI program (RFC 3875
 * section 4.1).
 */
#include <fcntl.h>
#include <unistd.h>

#include "base/arena.h"
#include "http/gateway.h"
#include "tap.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A path goes into the Location of a redirect (of sign-in, and of a POST to the
 * authorization endpoint), so that what it holds has to fit there. */
static const struct {
	const char *what, *script_name, *path_info;
	enum request_fault fault;
	struct str path;
} paths[] = {
	{ "a script", "/oauth/token", NULL, REQUEST_OK,
	  STR_INIT("/oauth/token") },
	{ "a script and more", "/cgi-bin/token", "/oauth/token", REQUEST_OK,
	  STR_INIT("/cgi-bin/token/oauth/token") },
	{ "more alone", NULL, "/oauth/token", REQUEST_OK,
	  STR_INIT("/oauth/token") },
	{ "neither", NULL, NULL, REQUEST_OK, STR_INIT("") },
	{ "not ASCII", "/\xC3\xA9", "/x", REQUEST_OK, STR_INIT("/\xC3\xA9/x") },
	{ "a script that is the root", "/", "/oauth/token", REQUEST_OK,
	  STR_INIT("/oauth/token") },
	{ "what would name another host", "//evil.example/oauth/token", NULL,
	  REQUEST_OK, STR_INIT("/evil.example/oauth/token") },
	{ "more slashes", "///evil.example", "/oauth/token", REQUEST_OK,
	  STR_INIT("/evil.example/oauth/token") },
	{ "a backslash", "/\\evil.example", "/oauth/token", REQUEST_BAD,
	  { NULL, 0 } },
	{ "a newline", "/x", "/\r\nSet-Cookie: y/oauth/token", REQUEST_BAD,
	  { NULL, 0 } },
	{ "a tab", "/x\t", "/oauth/token", REQUEST_BAD, { NULL, 0 } },
	{ "DEL", "/x", "/\x7f/oauth/token", REQUEST_BAD, { NULL, 0 } },
};

static void set(const char *name, const char *value)
{
	if (value)
		setenv(name, value, 1);
	else
		unsetenv(name);
}

int main(void)
{
	struct arena *a = arena_new((size_t)1 << 20);
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	/* No listening socket, whatever the test was started with. */
	if (null < 0 || dup2(null, STDIN_FILENO) < 0)
		return 1;
	set("REQUEST_METHOD", "GET");
	set("CONTENT_LENGTH", NULL);
	for (size_t i = 0; i < COUNT(paths); i++) {
		struct gateway *g = gateway_open();
		struct request rq;

		set("SCRIPT_NAME", paths[i].script_name);
		set("PATH_INFO", paths[i].path_info);
		ok(g && gateway_accept(g, a, &rq) &&
		   rq.fault == paths[i].fault &&
		   (!paths[i].path.ptr || str_eq(rq.path, paths[i].path)),
		   "path: %s", paths[i].what);
		gateway_close(g);
		arena_reset(a);
	}
	close(null);
	arena_free(a);
	return done_testing();
}
