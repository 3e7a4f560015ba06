/* clock.c - time that only goes forward, and the stamp of the log. */
#include "base/clock.h"

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

/* Two digits, for those of a stamp. */
static char *add_two(char *to, int value)
{
	*to++ = (char)('0' + value / 10 % 10);
	*to++ = (char)('0' + value % 10);
	return to;
}

/* Not by strftime(), which first looks what the people here call a month. */
void clock_stamp(char out[CLOCK_STAMP_LEN])
{
	struct timespec t;
	struct tm tm;
	char *to = out;

	clock_gettime(CLOCK_REALTIME, &t);
	gmtime_r(&t.tv_sec, &tm);
	to = add_two(to, (tm.tm_year + 1900) / 100);
	to = add_two(to, tm.tm_year % 100);
	*to++ = '-';
	to = add_two(to, tm.tm_mon + 1);
	*to++ = '-';
	to = add_two(to, tm.tm_mday);
	*to++ = 'T';
	to = add_two(to, tm.tm_hour);
	*to++ = ':';
	to = add_two(to, tm.tm_min);
	*to++ = ':';
	to = add_two(to, tm.tm_sec);
	*to++ = '.';
	to = add_two(to, (int)(t.tv_nsec / 10000000));
	*to++ = (char)('0' + t.tv_nsec / 1000000 % 10);
	*to++ = 'Z';
	*to = '\0';
}
