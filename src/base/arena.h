/*
 * arena.h - memory, and other things, that live exactly as long as a request.
 *
 * Allocation never returns NULL: without memory, or past the limit, the process
 * aborts and its supervisor starts another.  The limit is an assertion and no
 * policy: the bounds on what is read keep every request far below it.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena;

/* limit: bytes that may be live at once. */
struct arena *arena_new(size_t limit);

/* Reset, and give the arena itself back.  NULL is allowed. */
void arena_free(struct arena *a);

/* Zeroed, aligned for any type; n may be 0.  Lives until the reset. */
void *arena_alloc(struct arena *a, size_t n)
	__attribute__((malloc, returns_nonnull));

/* Call fn(arg) at the reset: last registered, first called. */
void arena_defer(struct arena *a, void (*fn)(void *arg), void *arg);

/* Run what was deferred, wipe and free all.  The arena can be used again. */
void arena_reset(struct arena *a);

/* Allocations since the last reset, for the log and the tests. */
size_t arena_count(const struct arena *a);

#endif
