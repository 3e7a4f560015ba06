/*
 * control.h - what a test tells a library that it has preloaded: pages of a
 * file that both have mapped.  FAULT_CONTROL names the file.
 */
#ifndef FAULTS_CONTROL_H
#define FAULTS_CONTROL_H

#include <stdatomic.h>

#define CONTROL_UNSURE 7168

struct control {
	/* allocations.c: how many more succeed before one does not, 0 being
	 * all; how many did not; and who was told so. */
	atomic_long left, failed;
	/* clock.c: seconds that the wall clock is ahead. */
	atomic_long ahead;
	/* allocations.c: the first that is tried in a fork, 0 being none, and
	 * the first after it that is not; how many there were; and of how many
	 * forks it is not known whether they would have ended well. */
	atomic_long first, end, number, unsure;
	char where[4096 - 7 * sizeof(atomic_long)];
	int unsure_numbers[CONTROL_UNSURE];
};

/* NULL where there is no such file. */
struct control *control_open(void);

#endif
