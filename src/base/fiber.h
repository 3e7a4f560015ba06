/*
 * fiber.h - a stack, and what runs on it until it gives way.  For loop.c.
 */
#ifndef BASE_FIBER_H
#define BASE_FIBER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/context.h"

/* Only the pages that were touched count: four or five, mostly. */
#define FIBER_STACK_BYTES ((size_t)256 << 10)

struct fiber {
	struct context context;
	void (*entry)(struct fiber *f);
	char *stack;		/* with a page below it that nobody may touch */
	void (*fn)(void *arg);	/* NULL: idle */
	void *arg;
	struct fiber *next;	/* in the loop's queue, or among the idle */

	/* While it waits. */
	int fd;			/* -1: for no descriptor */
	long long deadline;	/* negative: none */
	struct fiber *timed_next, **timed_at;	/* among those that have one */
	bool in_time;		/* what it waited for came */

	void *sanitizer;	/* what theirs has to remember of it */
};

/* The context of whoever switches: the thread's own. */
struct fiber_home {
	struct context context;
	void *sanitizer;
	const void *stack;
	size_t stack_bytes;
};

/* A new one, that entry(f) is to run on; entry never returns. */
struct fiber *fiber_new(void (*entry)(struct fiber *f));
void fiber_free(struct fiber *f);

/* From the thread to f, until that gives way. */
void fiber_enter(struct fiber_home *home, struct fiber *f);

/* From f, which runs, back to the thread. */
void fiber_give_way(struct fiber_home *home, struct fiber *f);

/* The first thing that entry() must do. */
void fiber_entered(struct fiber_home *home, struct fiber *f);

#endif
