/*
 * wipe.h - memory is overwritten before it is given back, by whoever that is.
 *
 * What is in an arena is wiped at its reset; but a request also passes through
 * the buffers of libfcgi and libpq, the trees of cJSON and the numbers of
 * OpenSSL, and what is freed keeps its bytes until somebody else needs the
 * room.  So it is free() itself that wipes, in the whole process.  What is on a
 * stack is wiped when a request is over.
 */
#ifndef BASE_WIPE_H
#define BASE_WIPE_H

#include <stdbool.h>

/*
 * From now on, once, before the threads.  False where this build can not: with
 * another C library than glibc, or under a sanitizer, which has a free() of its
 * own.
 */
bool wipe_what_is_freed(void);

/* What functions that have returned left on the stack, below the caller's own:
 * the 8 KiB that a request or a job of a pool takes. */
void wipe_stack(void);

#endif
