/*
 * gateway.c - a request as a web server hands it to a CGI program: a line each
 * are the variables, up to an empty one, and the rest is its body.
 */
#include "http/gateway.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"

#define VARIABLES_MAX 64

/* Standard input is a file in memory; and so it is no listening socket. */
static bool set_body(struct str body)
{
	static int fd = -1;

	if (fd < 0)
		fd = memfd_create("body", MFD_CLOEXEC);
	return fd >= 0 && dup2(fd, STDIN_FILENO) >= 0 &&
	       ftruncate(fd, 0) == 0 && lseek(fd, 0, SEEK_SET) == 0 &&
	       (body.len == 0 ||
		pwrite(fd, body.ptr, body.len, 0) == (ssize_t)body.len);
}

static bool is_bounded(struct str s, size_t max)
{
	return s.len <= max && !str_has(s, '\0');
}

static void check_request(const struct request *rq, struct str body)
{
	const struct str path = rq->path;
	long long n;

	assert(is_bounded(rq->method, 32) && is_bounded(rq->remote_addr, 64));
	assert(is_bounded(rq->query, REQUEST_QUERY_MAX));
	assert(is_bounded(rq->authorization, REQUEST_HEADER_MAX));
	assert(is_bounded(rq->cookie, REQUEST_HEADER_MAX));
	assert(is_bounded(rq->content_type, REQUEST_HEADER_MAX));
	assert(!str_starts(path, STR("//")));
	assert(rq->body.len <= REQUEST_BODY_MAX);
	assert(str_starts(body, rq->body) || rq->body.len == 0);
	if (rq->fault != REQUEST_OK)
		return;
	assert(rq->method.ptr);
	for (size_t i = 0; i < path.len; i++)
		assert((unsigned char)path.ptr[i] >= 0x20 &&
		       path.ptr[i] != 0x7f && path.ptr[i] != '\\');
	if (rq->content_length.len > 0)
		assert(str_number(rq->content_length, &n) &&
		       (size_t)n == rq->body.len);
	else
		assert(rq->body.len == 0);
}

static void run(struct arena *a, char **variables, struct str body)
{
	char **before = environ;
	struct gateway *g;
	struct request rq;

	if (!set_body(body))
		return;
	g = gateway_open();
	assert(g && gateway_is_cgi());
	environ = variables;
	assert(gateway_accept(g, a, &rq));
	environ = before;
	check_request(&rq, body);
	gateway_close(g);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = fuzz_str(data, size);
	struct arena *a = fuzz_arena();
	char *variables[VARIABLES_MAX + 1];
	size_t n = 0;

	while (rest.len > 0 && n < VARIABLES_MAX) {
		struct str line = fuzz_line(&rest);

		if (line.len == 0)
			break;
		/* As a C string, which is what they are. */
		line = str_cut(&line, '\0');
		variables[n++] = str_cstr(a, line);
	}
	variables[n] = NULL;
	run(a, variables, rest.ptr ? rest : STR(""));
	return 0;
}
