/* test_jwk_cache.c - keys that were read before. */
#include <pthread.h>

#include "base/arena.h"
#include "child.h"
#include "jose/jwk_cache.h"
#include "jose/jws.h"
#include "no_memory.h"
#include "tap.h"

#define THREADS 8
#define ROUNDS 300
#define KEYS 40		/* more than the cache holds */

static struct str texts[KEYS];

static void make_keys(struct arena *a)
{
	for (size_t i = 0; i < KEYS; i++) {
		struct buf b;

		buf_init(&b, a);
		jwk_write(&b, STR_NONE,
			  jwk_generate(a, i % 2 ? JOSE_ES256 : JOSE_EDDSA),
			  true);
		texts[i] = buf_str(&b);
	}
}

static bool works(struct jwk_cache *c, size_t i)
{
	struct arena *a = arena_new((size_t)1 << 20);
	const enum jose_alg alg = i % 2 ? JOSE_ES256 : JOSE_EDDSA;
	const struct jwk *k = jwk_cache_read(c, a, texts[i]);
	struct jws j;
	const bool good =
		k && jws_parse(a, jws_sign(a, k, alg, STR_NONE, STR("{}")),
			       &j) &&
		jws_verify(a, &j, k, alg);

	arena_free(a);
	return good;
}

struct run {
	struct jwk_cache *cache;
	size_t from;
	bool good;
};

static void *go(void *arg)
{
	struct run *r = arg;

	r->good = true;
	for (size_t i = 0; i < ROUNDS; i++)
		r->good &= works(r->cache, (r->from + i * i) % KEYS);
	return NULL;
}

static bool race(struct jwk_cache *c)
{
	struct run runs[THREADS];
	pthread_t threads[THREADS];
	bool good = true;

	for (size_t i = 0; i < THREADS; i++) {
		runs[i] = (struct run){ c, i, false };
		if (pthread_create(&threads[i], NULL, go, &runs[i]))
			return false;
	}
	for (size_t i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		good &= runs[i].good;
	}
	return good;
}

static void make_another(const void *unused)
{
	(void)unused;
	there_is_no_memory = true;
	(void)jwk_cache_new();
}

/* A key that came sealed is kept by what it was sealed as. */
static void test_names(struct jwk_cache *c, struct arena *a)
{
	const struct str sealed = STR("sealed");
	const struct jwk *k;

	ok(!jwk_cache_find(c, a, sealed), "not kept");
	k = jwk_cache_keep(c, a, sealed, texts[5]);
	ok(k && jwk_cache_find(c, a, sealed) == k, "kept by its name");
	ok(!jwk_cache_find(c, a, texts[5]), "and not by its text");
	ok(!jwk_cache_keep(c, a, STR("other"), STR("{}")) &&
	   !jwk_cache_find(c, a, STR("other")), "what is none is not kept");
	ok(!jwk_cache_find(NULL, a, sealed) &&
	   jwk_cache_keep(NULL, a, sealed, texts[5]),
	   "without a cache nothing is");
}

int main(void)
{
	struct arena *a = arena_new((size_t)16 << 20);
	struct arena *of_request = arena_new((size_t)1 << 20);
	struct jwk_cache *c = jwk_cache_new();
	const struct jwk *first, *again;

	make_keys(a);
	first = jwk_cache_read(c, of_request, texts[0]);
	again = jwk_cache_read(c, of_request, texts[0]);
	ok(first && first == again, "a key is made once");
	ok(jwk_cache_read(c, of_request, texts[1]) != first,
	   "another text is another key");
	ok(!jwk_cache_read(c, of_request, STR("{}")) &&
	   !jwk_cache_read(c, of_request, STR("")) &&
	   !jwk_cache_read(c, of_request, STR_NONE), "what is none is none");
	test_names(c, of_request);
	for (size_t i = 0; i < KEYS; i++)
		(void)works(c, i);
	ok(jws_sign(a, first, JOSE_EDDSA, STR_NONE, STR("{}")).ptr,
	   "one that is held outlives its place");
	arena_reset(of_request);
	ok(race(c), "many threads, more keys than places");
	first = jwk_cache_read(c, of_request, texts[2]);
	jwk_cache_free(c);
	ok(jws_sign(a, first, JOSE_EDDSA, STR_NONE, STR("{}")).ptr,
	   "and outlives the cache");
	ok(jwk_cache_read(NULL, of_request, texts[3]),
	   "without a cache it is read anew");
	jwk_cache_free(NULL);
	ok(aborts(make_another, NULL), "without memory there is none");
	arena_free(of_request);
	arena_free(a);
	return done_testing();
}
