/*
 * tap.h - a unit test says what it found in TAP, for prove.
 *
 * One test program is one file, so its counts live here, as static.
 */
#ifndef TESTS_TAP_H
#define TESTS_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

static struct {
	unsigned count, failed;
} tap;

#define ok(condition, ...) tap_ok((condition), __FILE__, __LINE__, __VA_ARGS__)

/* One result, described as by printf; where it failed, the place too. */
__attribute__((unused, format(printf, 4, 5)))
static bool tap_ok(bool good, const char *file, int line,
		   const char *format, ...)
{
	va_list args;

	printf("%sok %u - ", good ? "" : "not ", ++tap.count);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	if (!good) {
		tap.failed++;
		printf("# failed at %s:%d\n", file, line);
	}
	fflush(stdout);
	return good;
}

/* One result that could not be had, and why. */
__attribute__((unused))
static void skip(const char *why)
{
	printf("ok %u # SKIP %s\n", ++tap.count, why);
}

/* The plan, at the end; what main() is to return. */
__attribute__((unused, warn_unused_result))
static int done_testing(void)
{
	printf("1..%u\n", tap.count);
	if (tap.failed > 0)
		printf("# %u of %u failed\n", tap.failed, tap.count);
	return tap.failed > 0 || tap.count == 0;
}

#endif
