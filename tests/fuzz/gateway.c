/*
 * gateway.c - a request as a web server hands it to a CGI program: a line each
 * are the variables, up to an empty one, and the rest is its body.
 */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "read_request.h"

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
	read_request_check(&rq);
	assert(str_starts(body, rq.body) || rq.body.len == 0);
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
