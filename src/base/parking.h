/*
 * parking.h - where a fiber or a thread waits until another posts it.
 *
 * One wait and one post each time it is set up, in either order.  Whoever waits
 * may be a fiber, and whoever posts a thread, or the other way round.  It is
 * the waiting side's: once posted, the poster must not touch it.
 */
#ifndef BASE_PARKING_H
#define BASE_PARKING_H

#include <semaphore.h>
#include <stdbool.h>

struct fiber;
struct loop;

struct parking {
	struct loop *loop;	/* NULL: a thread waits, on the semaphore */
	struct fiber *fiber;
	struct parking *next;	/* among those that other threads posted */
	bool posted, waits;	/* the loop's thread's alone */
	sem_t semaphore;
};

/* By whoever will wait. */
void parking_init(struct parking *p);
void parking_wait(struct parking *p);

/* From any thread. */
void parking_post(struct parking *p);

#endif
