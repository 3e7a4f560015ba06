/*
 * clock.h - time that only goes forward, for durations and deadlines.
 *
 * Nothing expires by this machine's clock: that is the database's to say.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stddef.h>

/* Milliseconds since some point in the past (CLOCK_MONOTONIC). */
long long clock_ms(void);
double clock_ms_exact(void);

/* The wall clock as RFC 3339 with milliseconds, for the log. */
#define CLOCK_STAMP_LEN sizeof("2026-01-01T00:00:00.000Z")
void clock_stamp(char out[CLOCK_STAMP_LEN]);

#endif
