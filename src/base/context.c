/* context.c - where a stack was left, and going on there.  See context.h. */
#include "base/context.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#ifdef CONTEXT_BY_HAND

/* What context_switch() takes from a stack, from its top. */
struct kept {
	uint32_t mxcsr;
	uint32_t x87;
	uint64_t registers[6];
	void (*entry)(void);
	uint64_t caller;	/* of entry(): nobody */
};

void context_make(struct context *c, char *stack, size_t bytes,
		  void (*entry)(void))
{
	char *const end = stack + bytes;
	struct kept *k = (struct kept *)(void *)(end - sizeof(*k));

	/* A function begins with the stack 8 bytes off a multiple of 16, below
	 * its caller's address (System V ABI, AMD64 supplement, section
	 * 3.2.2). */
	assert((uintptr_t)end % 16 == 0);
	static_assert(sizeof(struct kept) % 16 == 8, "caller is the last");
	*k = (struct kept){ .entry = entry };
	__asm__("stmxcsr %0" : "=m"(k->mxcsr));
	__asm__("fnstcw %0" : "=m"(k->x87));
	c->stack = k;
}

#else

void context_make(struct context *c, char *stack, size_t bytes,
		  void (*entry)(void))
{
	if (getcontext(&c->portable) < 0)
		abort();
	c->portable.uc_stack.ss_sp = stack;
	c->portable.uc_stack.ss_size = bytes;
	c->portable.uc_link = NULL;
	makecontext(&c->portable, entry, 0);
}

void context_switch(struct context *from, const struct context *to)
{
	if (swapcontext(&from->portable, &to->portable) < 0)
		abort();
}

#endif
