/* jwk_cache.c - keys that were read before. */
#include "jose/jwk_cache.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/arena.h"

/* A server signs with four keys and verifies with as many more. */
#define SLOTS 16
#define KEY_BYTES ((size_t)1 << 20)	/* at most, of one key */

/* Nobody changes it; whoever holds it last frees it. */
struct kept {
	struct arena *arena;
	struct str name;
	const struct jwk *key;
	atomic_uint holders;
};

struct jwk_cache {
	pthread_mutex_t lock;
	struct slot {
		struct kept *kept;	/* NULL: free */
		unsigned long long used;
	} slots[SLOTS];
	unsigned long long clock;
};

static void let_go(void *arg)
{
	struct kept *k = arg;

	if (atomic_fetch_sub(&k->holders, 1) > 1)
		return;
	arena_free(k->arena);
	free(k);
}

static void *must(void *p)
{
	if (!p)
		abort();
	return p;
}

struct jwk_cache *jwk_cache_new(void)
{
	struct jwk_cache *c = must(calloc(1, sizeof(*c)));

	*c = (struct jwk_cache){ .lock = PTHREAD_MUTEX_INITIALIZER };
	return c;
}

void jwk_cache_free(struct jwk_cache *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < SLOTS; i++) {
		if (c->slots[i].kept)
			let_go(c->slots[i].kept);
	}
	pthread_mutex_destroy(&c->lock);
	free(c);
}

static bool has(const struct slot *s, struct str name)
{
	return s->kept && str_eq(s->kept->name, name);
}

/* The one of this name, or the one that was not used for longest. */
static struct slot *find_slot(struct jwk_cache *c, struct str name)
{
	struct slot *oldest = &c->slots[0];

	for (size_t i = 0; i < SLOTS; i++) {
		struct slot *s = &c->slots[i];

		if (has(s, name))
			return s;
		if (s->used < oldest->used)
			oldest = s;
	}
	return oldest;
}

/* Held for the caller, or NULL. */
static struct kept *find(struct jwk_cache *c, struct str name)
{
	struct kept *found = NULL;
	struct slot *s;

	pthread_mutex_lock(&c->lock);
	s = find_slot(c, name);
	if (has(s, name)) {
		found = s->kept;
		atomic_fetch_add(&found->holders, 1);
		s->used = ++c->clock;
	}
	pthread_mutex_unlock(&c->lock);
	return found;
}

/* Two requests may both have made it: the later one takes the place. */
static void put(struct jwk_cache *c, struct kept *k)
{
	struct kept *out;
	struct slot *s;

	atomic_fetch_add(&k->holders, 1);
	pthread_mutex_lock(&c->lock);
	s = find_slot(c, k->name);
	out = s->kept;
	*s = (struct slot){ k, ++c->clock };
	pthread_mutex_unlock(&c->lock);
	if (out)
		let_go(out);
}

/* Held for the caller, or NULL where it is no key. */
static struct kept *make(struct str name, struct str text)
{
	struct arena *a = arena_new(KEY_BYTES);
	const struct jwk *key = jwk_parse(a, json_parse(a, text));
	struct kept *k;

	if (!key) {
		arena_free(a);
		return NULL;
	}
	k = must(calloc(1, sizeof(*k)));
	k->arena = a;
	k->name = str_dup(a, name);
	k->key = key;
	atomic_init(&k->holders, 1);
	return k;
}

/* From its holder to whoever has the arena. */
static const struct jwk *hand_over(struct arena *a, struct kept *k)
{
	if (!k)
		return NULL;
	arena_defer(a, let_go, k);
	return k->key;
}

const struct jwk *jwk_cache_find(struct jwk_cache *c, struct arena *a,
				 struct str name)
{
	return c ? hand_over(a, find(c, name)) : NULL;
}

const struct jwk *jwk_cache_keep(struct jwk_cache *c, struct arena *a,
				 struct str name, struct str text)
{
	struct kept *k;

	if (!c)
		return jwk_parse(a, json_parse(a, text));
	k = make(name, text);
	if (k)
		put(c, k);
	return hand_over(a, k);
}

const struct jwk *jwk_cache_read(struct jwk_cache *c, struct arena *a,
				 struct str text)
{
	const struct jwk *found = jwk_cache_find(c, a, text);

	return found ? found : jwk_cache_keep(c, a, text, text);
}
