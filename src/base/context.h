/*
 * context.h - where a stack was left, and going on there.  For fiber.c.
 *
 * On x86-64 by twenty instructions (context_x86_64.S): a fiber is entered and
 * left twice a request, and swapcontext(), which is everywhere else, makes a
 * system call each time, to set the signal mask to what it is anyway.
 *
 * Signal masks are none of a context's: a thread's loop never changes its own.
 */
#ifndef BASE_CONTEXT_H
#define BASE_CONTEXT_H

/* Under gcc's ASan the portable one, so that it is tested, too. */
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__)
#define CONTEXT_BY_HAND 1
#endif

#ifndef __ASSEMBLER__	/* the rest is C */
#include <stddef.h>

#ifdef CONTEXT_BY_HAND

struct context {
	void *stack;	/* what was kept of the registers is on top of it */
};

#else
#include <ucontext.h>

struct context {
	ucontext_t portable;
};

#endif

/* So that context_switch() to it calls entry() on that stack, which must not
 * return. */
void context_make(struct context *c, char *stack, size_t bytes,
		  void (*entry)(void));

/* Leave this stack, remembered in *from, for the other.  Returns when somebody
 * switches to *from. */
void context_switch(struct context *from, const struct context *to);

#endif
#endif
