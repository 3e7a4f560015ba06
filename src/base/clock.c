/* clock.c - time that only goes forward, and the stamp of the log. */
#include "base/clock.h"

#include <stdio.h>
#include <time.h>

long long clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

double clock_ms_exact(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

void clock_stamp(char out[CLOCK_STAMP_LEN])
{
	struct timespec t;
	struct tm tm;
	char day[sizeof("2026-01-01T00:00:00")];

	clock_gettime(CLOCK_REALTIME, &t);
	gmtime_r(&t.tv_sec, &tm);
	(void)strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
	(void)snprintf(out, CLOCK_STAMP_LEN, "%s.%03uZ", day,
		       (unsigned)(t.tv_nsec / 1000000) % 1000);
}
