/*
 * control.h - what a test tells a library that it has preloaded: a page of a
 * file that both have mapped.  FAULT_CONTROL names the file.
 */
#ifndef FAULTS_CONTROL_H
#define FAULTS_CONTROL_H

#include <stdatomic.h>

struct control {
	/* allocations.c: how many more succeed before one does not, 0 being
	 * all; how many did not; and who was told so. */
	atomic_long left, failed;
	/* clock.c: seconds that the wall clock is ahead. */
	atomic_long ahead;
	char where[4096 - 3 * sizeof(atomic_long)];
};

/* NULL where there is no such file. */
struct control *control_open(void);

#endif
