/*
 * banned.h - functions that are a compile error to name.
 *
 * They write without a bound, read numbers without saying what they could not
 * read, or keep state that threads would share.  str.h includes this, so that
 * it reaches every file; the system's headers that declare them come first,
 * and their guards keep them from being read again after the poison.
 */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#undef sprintf	/* clang's with _FORTIFY_SOURCE are macros */
#undef vsprintf

/* No bound, or a bound that means something else: snprintf(), memcpy(). */
#pragma GCC poison strcpy stpcpy strcat strncpy stpncpy sprintf vsprintf

/* State between calls, and writing into the input: str_cut(). */
#pragma GCC poison strtok strtok_r strsep

/* No telling a bad number from 0, and overflow is undefined: str_number(). */
#pragma GCC poison atoi atol atoll atof sscanf vsscanf scanf

/* A buffer that all threads share: gmtime_r(), strftime(). */
#pragma GCC poison gmtime localtime ctime ctime_r asctime asctime_r

/* Guessable, or a race: random_bytes(), mkstemp(). */
#pragma GCC poison rand srand rand_r drand48 mktemp tmpnam tempnam

/* A shell between us and what we meant. */
#pragma GCC poison system popen

#endif
