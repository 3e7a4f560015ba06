/* log.c - one line of JSON a request, on standard error. */
#include "base/log.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"

/* With one digit behind the point.  printf() of a double takes as long as the
 * rest of the line. */
static void add_ms(struct buf *b, double ms)
{
	const long long tenths = (long long)(ms * 10 + 0.5);

	buf_add(b, STR(",\"ms\":"));
	buf_number(b, tenths / 10);
	buf_char(b, '.');
	buf_char(b, (char)('0' + tenths % 10));
}

struct str log_format(struct arena *a, const struct log_line *line)
{
	char stamp[CLOCK_STAMP_LEN];
	struct buf b;

	clock_stamp(stamp);
	buf_init(&b, a);
	json_object(&b, STR_NONE);
	json_string(&b, STR("time"), str_of(stamp));
	json_string_cut(&b, STR("program"), line->program, 32);
	json_string_cut(&b, STR("endpoint"), line->endpoint, 64);
	json_string_cut(&b, STR("method"), line->method, 16);
	json_number(&b, STR("status"), line->status);
	json_string_cut(&b, STR("client_id"), line->client_id, 128);
	json_string_cut(&b, STR("user"), line->user, 128);
	json_string_cut(&b, STR("outcome"), line->outcome, 64);
	if (line->reason.len > 0)
		json_string_cut(&b, STR("reason"), line->reason, 256);
	add_ms(&b, line->ms);
	json_number(&b, STR("trips"), line->trips);
	json_number(&b, STR("statements"), line->statements);
	json_object_end(&b);
	buf_char(&b, '\n');
	assert(b.len <= LOG_LINE_MAX);
	return buf_str(&b);
}

void log_write(struct str line)
{
	ssize_t n = write(STDERR_FILENO, line.ptr, line.len);

	(void)n;
}

bool log_is_open(void)
{
	struct stat st;

	if (fstat(STDERR_FILENO, &st) < 0)
		return false;
	return !(S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3));
}

void log_event(struct str program, const char *format, ...)
{
	char text[512], stamp[CLOCK_STAMP_LEN];
	struct arena *a = arena_new(1 << 16);
	struct buf b;
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	clock_stamp(stamp);
	buf_init(&b, a);
	json_object(&b, STR_NONE);
	json_string(&b, STR("time"), str_of(stamp));
	json_string(&b, STR("program"), program);
	json_string(&b, STR("event"), str_of(text));
	json_object_end(&b);
	buf_char(&b, '\n');
	log_write(buf_str(&b));
	arena_free(a);
}
