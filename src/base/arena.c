/* arena.c - memory that lives exactly as long as a request. */
#include "base/arena.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/*
 * Allocations are cut from chunks, of which the first stays for the next
 * request: a request makes some hundred, and malloc()'s locks would be the
 * threads' meeting point.  Under a sanitizer each is a malloc() of its own, so
 * that every overrun is seen.
 */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define CHUNK_BYTES 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define CHUNK_BYTES 0
#endif
#endif
#ifndef CHUNK_BYTES
#define CHUNK_BYTES ((size_t)16 << 10)
#endif

struct chunk {
	struct chunk *next;
	size_t room, used;
	max_align_t bytes[];
};

struct deferred {
	struct deferred *next;
	void (*fn)(void *arg);
	void *arg;
};

struct arena {
	struct chunk *chunks;	/* the newest first */
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

/* Zeroed, as what is cut from it will be: reset wipes what was used. */
static struct chunk *add_chunk(struct arena *a, size_t n)
{
	size_t room = n > CHUNK_BYTES ? n : CHUNK_BYTES;
	struct chunk *c = calloc(1, sizeof(*c) + room);

	if (!c)
		abort();
	c->room = room;
	c->next = a->chunks;
	a->chunks = c;
	return c;
}

void *arena_alloc(struct arena *a, size_t n)
{
	const size_t align = sizeof(max_align_t);
	struct chunk *c = a->chunks;
	char *p;

	if (n > a->limit)
		abort();
	n = (n + align - 1) / align * align;
	if (a->live + n > a->limit)
		abort();
	if (!c || c->room - c->used < n || CHUNK_BYTES == 0)
		c = add_chunk(a, n);
	p = (char *)c->bytes + c->used;
	c->used += n;
	a->live += n;
	a->count++;
	return p;
}

void arena_defer(struct arena *a, void (*fn)(void *arg), void *arg)
{
	struct deferred *d = arena_alloc(a, sizeof(*d));

	*d = (struct deferred){ a->deferred, fn, arg };
	a->deferred = d;
}

/* Wipe it; free it, unless it is one to keep. */
static void end_chunk(struct chunk *c, bool keep)
{
	explicit_bzero(c->bytes, c->used);
	c->used = 0;
	if (!keep)
		free(c);
}

void arena_reset(struct arena *a)
{
	while (a->deferred) {
		struct deferred *d = a->deferred;

		a->deferred = d->next;
		d->fn(d->arg);
	}
	while (a->chunks) {
		struct chunk *c = a->chunks;
		const bool keep = !c->next && c->room == CHUNK_BYTES &&
				  CHUNK_BYTES > 0;

		a->chunks = c->next;
		end_chunk(c, keep);
		if (keep) {
			a->chunks = c;
			break;
		}
	}
	a->live = a->count = 0;
}

void arena_free(struct arena *a)
{
	if (!a)
		return;
	arena_reset(a);
	free(a->chunks);
	free(a);
}

size_t arena_count(const struct arena *a)
{
	return a->count;
}
