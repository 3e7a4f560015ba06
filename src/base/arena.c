/* arena.c - memory that lives exactly as long as a request. */
#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

struct block {
	struct block *next;
	size_t size;
	max_align_t bytes[];
};

struct deferred {
	struct deferred *next;
	void (*fn)(void *arg);
	void *arg;
};

struct arena {
	struct block *blocks;
	struct deferred *deferred;
	size_t live, limit, count;
};

struct arena *arena_new(size_t limit)
{
	struct arena *a = calloc(1, sizeof(*a));

	if (!a)
		abort();
	a->limit = limit;
	return a;
}

void *arena_alloc(struct arena *a, size_t n)
{
	struct block *b;

	if (n > a->limit || a->live > a->limit - n)
		abort();
	b = calloc(1, sizeof(*b) + n);
	if (!b)
		abort();
	b->size = n;
	b->next = a->blocks;
	a->blocks = b;
	a->live += n;
	a->count++;
	return b->bytes;
}

void arena_defer(struct arena *a, void (*fn)(void *arg), void *arg)
{
	struct deferred *d = arena_alloc(a, sizeof(*d));

	*d = (struct deferred){ a->deferred, fn, arg };
	a->deferred = d;
}

void arena_reset(struct arena *a)
{
	for (struct deferred *d = a->deferred; d; d = d->next)
		d->fn(d->arg);
	while (a->blocks) {
		struct block *b = a->blocks;

		a->blocks = b->next;
		explicit_bzero(b->bytes, b->size);
		free(b);
	}
	a->deferred = NULL;
	a->live = a->count = 0;
}

void arena_free(struct arena *a)
{
	if (!a)
		return;
	arena_reset(a);
	free(a);
}

size_t arena_count(const struct arena *a)
{
	return a->count;
}
