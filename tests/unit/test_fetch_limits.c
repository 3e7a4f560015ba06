/*
 * test_fetch_limits.c - answers that are broken, too large or too late.
 */
#include <signal.h>

#include "base/clock.h"
#include "fetch_asking.h"

#define LATE_MS 700	/* what a loaded machine may be late by */

static const struct {
	const char *path;
	enum fetch_status want;
} broken[] = {
	{ "/large-with-length", FETCH_TOO_LARGE },
	{ "/large-without-length", FETCH_TOO_LARGE },
	{ "/large-in-chunks", FETCH_TOO_LARGE },
	{ "/flood-body", FETCH_TOO_LARGE },
	{ "/flood-header", FETCH_FAILED },
	{ "/flood-interim", FETCH_FAILED },
	{ "/large-header", FETCH_FAILED },
};

/* Answers that are no good, each as it is sent. */
static const struct {
	const char *what, *answer;
} bad_answers[] = {
	{ "nothing at all", "" },
	{ "half a status line", "HTTP/1.1 2" },
	{ "no HTTP", "SSH-2.0-OpenSSH_9.2p1\r\n" },
	{ "HTTP/0.9", "{}" },
	{ "half a header", "HTTP/1.1 200 OK\r\nContent-Le" },
	{ "closed before its end",
	  "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789" },
	{ "chunks without an end",
	  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n" },
	{ "a bad chunk",
	  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nab" },
	{ "a length that is no number",
	  "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nab" },
	{ "gzip",
	  "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"
	  "Content-Length: 2\r\n\r\n\x1f\x8b" },
	{ "GZip, between others",
	  "HTTP/1.1 200 OK\r\ncontent-encoding:  identity, GZip \r\n"
	  "Content-Length: 2\r\n\r\n{}" },
	{ "br",
	  "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\n{}" },
	{ "an encoding nobody knows",
	  "HTTP/1.1 200 OK\r\nContent-Encoding: x-none\r\n\r\n{}" },
	{ "gzip for the transfer",
	  "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"
	  "0\r\n\r\n" },
};

static void test_broken(struct arena *a)
{
	struct fetch f;

	for (size_t i = 0; i < COUNT(broken); i++) {
		const long long begin = clock_ms();

		f = ask_for(a, broken[i].path);
		is_status(&f, broken[i].want, broken[i].path);
		ok(!f.got.ptr && !f.content_type_got.ptr && f.max_age == -1,
		   "nothing is kept of it");
		ok(clock_ms() - begin < TIMEOUT_MS, "nor is it waited for");
	}
	for (size_t i = 0; i < COUNT(bad_answers); i++) {
		serve_next(bad_answers[i].answer);
		f = ask_for(a, "/");
		is_status(&f, FETCH_FAILED, bad_answers[i].what);
		ok(!f.got.ptr && !f.content_type_got.ptr && f.max_age == -1,
		   "nothing is kept of it");
	}
}

static void test_bounds(struct arena *a)
{
	struct fetch f = get(url_of(a, "http://127.0.0.1:$/"));

	serve_next("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12345");
	f.max_bytes = 5;
	fetch_run(a, &local, &f, 1);
	is_status(&f, FETCH_OK, "as many bytes as allowed");
	f.max_bytes = 4;
	fetch_run(a, &local, &f, 1);
	is_status(&f, FETCH_TOO_LARGE, "one more");
	ok(str_eq(f.reason, STR("the answer is larger than 4 bytes")),
	   "which it says");
	ok(f.http_status == 200, "with the status");
	f.max_bytes = 0;
	fetch_run(a, &local, &f, 1);
	is_status(&f, FETCH_TOO_LARGE, "none are allowed, some came");
	serve_next("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
	fetch_run(a, &local, &f, 1);
	is_status(&f, FETCH_OK, "none are allowed, none came");
}

static const char *const slow[] = {
	"http://127.0.0.1:$/hang",
	"http://127.0.0.1:$/hang-in-body",
	"http://127.0.0.1:$/drip-body",
	"http://127.0.0.1:$/drip-header",
	"http://127.0.0.1:~/",
	"https://127.0.0.1:~/",
	"http://slow.test:$/",
};

static void test_time(struct arena *a)
{
	struct fetch all[COUNT(slow) + 1], f;
	long long begin;
	long ms;

	for (size_t i = 0; i < COUNT(slow); i++) {
		f = get(url_of(a, slow[i]));
		f.timeout_ms = 300;
		begin = clock_ms();
		fetch_run(a, &local, &f, 1);
		ms = (long)(clock_ms() - begin);
		is_status(&f, FETCH_FAILED, f.url.ptr);
		ok(ms >= 290 && ms < 300 + LATE_MS, "after %ld ms", ms);
		all[i] = f;
	}
	f = get(url_of(a, "http://127.0.0.1:$/hang-in-error"));
	f.timeout_ms = 300;
	fetch_run(a, &local, &f, 1);
	is_status(&f, FETCH_BAD_STATUS, "404 that does not end");

	serve_next("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
	f = get(url_of(a, "http://127.0.0.1:$/"));
	f.timeout_ms = 5000;
	all[COUNT(slow)] = f;
	for (size_t i = 0; i < COUNT(slow); i++)
		all[i].timeout_ms = 600;
	begin = clock_ms();
	fetch_run(a, &local, all, COUNT(all));
	ms = (long)(clock_ms() - begin);
	ok(ms >= 590 && ms < 600 + LATE_MS, "all at once: after %ld ms", ms);
	is_status(&all[COUNT(slow)], FETCH_OK, "the quick one is there");
	ok(str_eq(all[COUNT(slow)].got, STR("hi")), "with its answer");
	for (size_t i = 0; i < COUNT(slow); i++)
		is_status(&all[i], FETCH_FAILED, "the slow one is not");
}

int main(void)
{
	struct arena *a = arena_new(16u << 20);

	signal(SIGPIPE, SIG_IGN);
	serve_next("");
	(void)start_server();
	fetch_init();
	test_broken(a);
	test_bounds(a);
	test_time(a);
	arena_free(a);
	return done_testing();
}
