/*
 * test_log.c - the line of a request, and the clock that stamps it.
 */
#include <fcntl.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "child.h"
#include "tap.h"

/* The line without its stamp, which must look like one. */
static struct str without_stamp(struct str line)
{
	const size_t head = strlen("{\"time\":\"");
	struct str stamp = str_skip(line, head);

	stamp.len = CLOCK_STAMP_LEN - 1;
	ok(str_starts(line, STR("{\"time\":\"20")) && str_ends(stamp, STR("Z")),
	   "a line begins with the time");
	return str_skip(line, head + stamp.len);
}

static void test_line(struct arena *a)
{
	struct log_line line = {
		.program = STR("token"), .endpoint = STR("/oauth/token"),
		.method = STR("POST"), .status = 400,
		.client_id = STR("s6BhdRkqt3"), .user = STR("1"),
		.outcome = STR("invalid_grant"), .reason = STR("code was used"),
		.ms = 12.345, .trips = 2, .statements = 3,
	};

	ok(str_eq(without_stamp(log_format(a, &line)), STR(
		"\",\"program\":\"token\",\"endpoint\":\"/oauth/token\","
		"\"method\":\"POST\",\"status\":400,"
		"\"client_id\":\"s6BhdRkqt3\",\"user\":\"1\","
		"\"outcome\":\"invalid_grant\",\"reason\":\"code was used\","
		"\"ms\":12.3,\"trips\":2,\"statements\":3}\n")),
	   "every member, in its order");
	line.client_id = line.user = line.reason = STR_NONE;
	line.outcome = STR("ok");
	line.ms = 0;
	ok(str_eq(without_stamp(log_format(a, &line)), STR(
		"\",\"program\":\"token\",\"endpoint\":\"/oauth/token\","
		"\"method\":\"POST\",\"status\":400,\"outcome\":\"ok\","
		"\"ms\":0.0,\"trips\":2,\"statements\":3}\n")),
	   "the absent are left out");
}

/* What the worst client sends can neither break nor forge a line. */
static void test_bounds(struct arena *a)
{
	static const char *const worst[] = {
		"\"", "\\", "\x01", "\n", "\xFF", "\xE2\x80\xA8", "\x7F",
		"\xF0\x9F\x98\x80", "\",\"status\":200,\"x\":\"",
	};

	for (size_t i = 0; i < sizeof(worst) / sizeof(worst[0]); i++) {
		struct buf b;
		struct str all, line;
		const struct json *j;

		buf_init(&b, a);
		while (b.len < 5000)
			buf_add(&b, str_of(worst[i]));
		all = buf_str(&b);
		line = log_format(a, &(struct log_line){
			all, all, all, 999, all, all, all, all, 1e9,
			4000000000u, 4000000000u });
		ok(line.len <= LOG_LINE_MAX && str_ends(line, STR("}\n")),
		   "case %zu: %zu bytes at most", i, line.len);
		line.len--;
		ok(!str_has(line, '\n'), "case %zu: one line", i);
		j = json_parse(a, line);
		ok(json_text(json_member(j, STR("client_id"))).len <= 128 &&
		   json_text(json_member(j, STR("statements"))).ptr == NULL &&
		   json_member(j, STR("statements")) != NULL,
		   "case %zu: JSON with all its members", i);
	}
}

/* Exits with 1 where standard error is open; path: what it leads to. */
static void look(const void *path)
{
	if (path)
		(void)open(path, O_WRONLY | O_CREAT, 0600);
	_exit(log_is_open());
}

/* A child has none to begin with, and what it opens becomes that. */
static void test_open(void)
{
	char name[] = "/tmp/postern-log.XXXXXX";
	const int file = mkstemp(name);

	ok(in_child(look, NULL) == 0, "no standard error is none");
	ok(in_child(look, "/dev/null") == 0, "nor is /dev/null");
	ok(WEXITSTATUS(in_child(look, "/dev/full")) == 1,
	   "another device is one");
	ok(file >= 0 && WEXITSTATUS(in_child(look, name)) == 1,
	   "and so is a file");
	(void)unlink(name);
}

static void test_clock(void)
{
	const struct timespec nap = { 0, 5000000 };
	const long long before = clock_ms();
	const double exact = clock_ms_exact();
	char stamp[CLOCK_STAMP_LEN];

	(void)nanosleep(&nap, NULL);
	ok(clock_ms() - before >= 4 && clock_ms_exact() - exact >= 5,
	   "the clock goes forward");
	clock_stamp(stamp);
	ok(strlen(stamp) == CLOCK_STAMP_LEN - 1 && stamp[10] == 'T' &&
	   stamp[19] == '.' && stamp[23] == 'Z', "RFC 3339: %s", stamp);
}

int main(void)
{
	struct arena *a = arena_new((size_t)1 << 24);

	test_line(a);
	test_bounds(a);
	test_open();
	test_clock();
	arena_free(a);
	return done_testing();
}
