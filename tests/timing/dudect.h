/*
 * dudect.h - does the time that a function takes depend on its input?
 *
 * "Dude, is my code constant time?" (Reparaz, Balasch, Verbauwhede, 2017): two
 * classes of inputs in random order, the time of each call, and Welch's t-test
 * of whether both have the same mean.  Since a machine's interruptions only ever
 * make a call slower, the test is made of all times and of those below each of
 * some percentiles as well, and the largest |t| counts.
 */
#ifndef TESTS_TIMING_DUDECT_H
#define TESTS_TIMING_DUDECT_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#if defined(__x86_64__)
#include <x86intrin.h>
#endif

#define DUDECT_CROPS 30
#define DUDECT_BATCH 8192	/* inputs that are prepared at a time */
#define DUDECT_T_MAX 10.0
#define DUDECT_ROUNDS 3

struct dudect {
	const char *what;
	size_t size;			/* bytes of a prepared input */
	/* Class 0 is what is nearly right, class 1 what is not at all. */
	void (*prepare)(void *input, int class);
	/* What is timed.  The result is used, so that the call is not dropped. */
	int (*run)(const void *input);
};

/* Welch's t-test, a value at a time (Welford's algorithm). */
struct dudect_test {
	double mean[2], squares[2], n[2];
};

static volatile int dudect_sink;

static inline uint64_t dudect_now(void)
{
#if defined(__x86_64__)
	unsigned processor;
	uint64_t t;

	_mm_lfence();
	t = __rdtscp(&processor);
	_mm_lfence();
	return t;
#else
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_RAW, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
#endif
}

static void dudect_push(struct dudect_test *t, double x, int class)
{
	const double delta = x - t->mean[class];

	t->n[class]++;
	t->mean[class] += delta / t->n[class];
	t->squares[class] += delta * (x - t->mean[class]);
}

static double dudect_t(const struct dudect_test *t)
{
	double spread = 0;

	for (int i = 0; i < 2; i++) {
		if (t->n[i] < 2)
			return 0;
		spread += t->squares[i] / (t->n[i] - 1) / t->n[i];
	}
	return spread > 0 ? fabs(t->mean[0] - t->mean[1]) / sqrt(spread) : 0;
}

static int dudect_compare(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* As the paper's program has them: closer together towards the slow end. */
static void dudect_percentiles(const uint64_t *times, uint64_t *limits)
{
	static uint64_t sorted[DUDECT_BATCH];

	for (size_t i = 0; i < DUDECT_BATCH; i++)
		sorted[i] = times[i];
	qsort(sorted, DUDECT_BATCH, sizeof(sorted[0]), dudect_compare);
	for (size_t i = 0; i < DUDECT_CROPS; i++) {
		const double part =
			1 - pow(0.5, 10.0 * (double)(i + 1) / DUDECT_CROPS);

		limits[i] = sorted[(size_t)(part * (DUDECT_BATCH - 1))];
	}
}

struct dudect_batch {
	char *inputs;
	int classes[DUDECT_BATCH];
	uint64_t times[DUDECT_BATCH];
};

static void dudect_measure(const struct dudect *d, struct dudect_batch *b)
{
	for (size_t i = 0; i < DUDECT_BATCH; i++) {
		b->classes[i] = (int)(random() >> 7) & 1;
		d->prepare(b->inputs + i * d->size, b->classes[i]);
	}
	for (size_t i = 0; i < DUDECT_BATCH; i++) {
		const void *input = b->inputs + i * d->size;
		const uint64_t before = dudect_now();

		dudect_sink += d->run(input);
		b->times[i] = dudect_now() - before;
	}
}

/* The largest |t| of count measurements. */
static double dudect_round(const struct dudect *d, size_t count)
{
	static struct dudect_test tests[DUDECT_CROPS + 1];
	static struct dudect_batch b;
	uint64_t limits[DUDECT_CROPS] = { 0 };
	double worst = 0;

	for (size_t i = 0; i <= DUDECT_CROPS; i++)
		tests[i] = (struct dudect_test){ { 0 }, { 0 }, { 0 } };
	b.inputs = calloc(DUDECT_BATCH, d->size);
	if (!b.inputs)
		abort();
	/* The first is for the percentiles, and to warm up. */
	dudect_measure(d, &b);
	dudect_percentiles(b.times, limits);
	for (size_t done = 0; done < count; done += DUDECT_BATCH) {
		dudect_measure(d, &b);
		for (size_t i = 0; i < DUDECT_BATCH; i++) {
			const double x = (double)b.times[i];

			dudect_push(&tests[DUDECT_CROPS], x, b.classes[i]);
			for (size_t k = 0; k < DUDECT_CROPS; k++)
				if (b.times[i] < limits[k])
					dudect_push(&tests[k], x,
						    b.classes[i]);
		}
	}
	free(b.inputs);
	for (size_t i = 0; i <= DUDECT_CROPS; i++) {
		/* Of fewer the test says nothing. */
		if (tests[i].n[0] + tests[i].n[1] < 10000)
			continue;
		worst = fmax(worst, dudect_t(&tests[i]));
	}
	return worst;
}

/*
 * Does it leak?  On a machine that does other things as well a round can say
 * anything: it is what each of DUDECT_ROUNDS says.
 */
static bool dudect_leaks(const struct dudect *d, size_t count)
{
	for (int i = 0; i < DUDECT_ROUNDS; i++) {
		const double t = dudect_round(d, count);

		printf("# %s: |t| = %.1f\n", d->what, t);
		if (t < DUDECT_T_MAX)
			return false;
	}
	return true;
}

#endif
