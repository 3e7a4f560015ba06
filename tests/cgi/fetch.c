/*
 * fetch.c - fetch URL NETWORKS CA-FILE: ask for it, and say what came of it in
 * three lines or more: status, reason, body.  Either of the last two may be
 * "".  Run by tests/web/test_fetch.py.
 */
#include <signal.h>
#include <stdio.h>

#include "base/arena.h"
#include "http/fetch.h"

static const char *const names[] = {
	[FETCH_OK] = "ok",
	[FETCH_BAD_URL] = "bad_url",
	[FETCH_REFUSED] = "refused",
	[FETCH_FAILED] = "failed",
	[FETCH_TOO_LARGE] = "too_large",
	[FETCH_BAD_STATUS] = "bad_status",
};

int main(int argc, char **argv)
{
	struct arena *a = arena_new(16u << 20);
	struct fetch_policy policy = { .networks = STR_NONE };
	struct fetch f = { .method = STR("GET"), .max_bytes = 1000,
			   .timeout_ms = 5000 };

	if (argc != 4)
		return 2;
	f.url = str_of(argv[1]);
	policy.networks = str_of(argv[2]);
	policy.ca_file = str_of(argv[3]);
	signal(SIGPIPE, SIG_IGN);
	fetch_init();
	fetch_run(a, &policy, &f, 1);
	printf("%s %d\n%.*s\n%.*s\n", names[f.status], f.http_status,
	       STR_ARG(f.reason), STR_ARG(f.got));
	arena_free(a);
	return 0;
}
