/* pool.c - a few threads for what a fiber must not do itself. */
#include "base/pool.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/loop.h"
#include "base/parking.h"
#include "base/wipe.h"

/*
 * Where the cores do not suffice, what is quick goes first: a loop that waits
 * behind what computes is one that hands out no more work.
 */
#define POOL_NICE 5

/* A tenth of what a signature takes: the loop meets a request a few times on
 * its way, and the queue must not run dry meanwhile. */
#define PAUSE_US 75
#define PAUSE_MAX_US 1500

/* More gave no more. */
#define HELD_MAX 16

/* libcurl resolves names and verifies certificates on it. */
#define STACK_BYTES (512u << 10)

struct pool_job {
	void (*fn)(void *arg);
	void *arg;
	struct pool_job *next;
	struct parking parking;
};

/* Jobs that wait in the pools of brief work. */
static atomic_uint brief_jobs;

static unsigned size_of(const struct pool *p)
{
	static atomic_uint cores;

	if (p->size > 0)
		return p->size;
	if (atomic_load(&cores) == 0) {
		const long n = sysconf(_SC_NPROCESSORS_ONLN);

		atomic_store(&cores, n > 0 ? (unsigned)n : 1);
	}
	return atomic_load(&cores);
}

/* The oldest job, once there is one.  The mutex is held. */
static struct pool_job *take(struct pool *p)
{
	struct pool_job *job;

	while (!p->first || p->running >= size_of(p)) {
		p->idle++;
		pthread_cond_wait(&p->more, &p->mutex);
		p->idle--;
	}
	job = p->first;
	p->first = job->next;
	p->queued--;
	if (p->is_brief)
		atomic_fetch_sub(&brief_jobs, 1);
	if (!p->first)
		p->last = NULL;
	return job;
}

static void leave(struct pool *p)
{
	p->running--;
	pthread_cond_signal(&p->room);
}

bool pool_holds(unsigned done, unsigned waiting)
{
	return done < waiting && done < HELD_MAX;
}

/* Those whose waiters are to be told now that this one is done, too.  The mutex
 * is held. */
static struct pool_job *finish(struct pool *p, struct pool_job *job)
{
	struct pool_job *all;

	leave(p);
	job->next = p->done;
	p->done = job;
	p->held++;
	if (p->is_brief && pool_holds(p->held, p->queued))
		return NULL;
	all = p->done;
	p->done = NULL;
	p->held = 0;
	return all;
}

static void tell(struct pool_job *job)
{
	while (job) {
		struct pool_job *next = job->next;

		parking_post(&job->parking);	/* it is the waiter's again */
		job = next;
	}
}

static void *work(void *pool)
{
	struct pool *p = pool;

	/* Of this thread alone (sched(7)). */
	(void)setpriority(PRIO_PROCESS, 0, POOL_NICE);
	pthread_mutex_lock(&p->mutex);
	for (;;) {
		struct pool_job *job = take(p), *told;

		p->running++;
		pthread_mutex_unlock(&p->mutex);
		job->fn(job->arg);
		/* A thread begins with the registers of whoever makes it, and
		 * the linker saves them where a function is first called. */
		wipe_stack();
		pthread_mutex_lock(&p->mutex);
		told = finish(p, job);
		pthread_mutex_unlock(&p->mutex);
		tell(told);
		pthread_mutex_lock(&p->mutex);
	}
	return NULL;
}

/* The mutex is held.  Made when there is work for it, and kept. */
static void add_thread(struct pool *p)
{
	pthread_attr_t attr;
	pthread_t thread;

	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	if (pthread_create(&thread, &attr, work, p) == 0)
		p->threads++;
	else if (p->threads == 0)
		abort();
	pthread_attr_destroy(&attr);
}

/* It is the caller's, who waits for it. */
static void add(struct pool *p, struct pool_job *job)
{
	if (p->last)
		p->last->next = job;
	else
		p->first = job;
	p->last = job;
	p->queued++;
	if (p->is_brief)
		atomic_fetch_add(&brief_jobs, 1);
}

static void run_there(struct pool *p, void (*fn)(void *arg), void *arg)
{
	struct pool_job job = { .fn = fn, .arg = arg };

	parking_init(&job.parking);
	pthread_mutex_lock(&p->mutex);
	add(p, &job);
	if (p->queued > p->idle && p->threads < size_of(p))
		add_thread(p);
	pthread_cond_signal(&p->more);
	pthread_mutex_unlock(&p->mutex);
	parking_wait(&job.parking);
}

static void run_here(struct pool *p, void (*fn)(void *arg), void *arg)
{
	pthread_mutex_lock(&p->mutex);
	while (p->running >= size_of(p))
		pthread_cond_wait(&p->room, &p->mutex);
	p->running++;
	pthread_mutex_unlock(&p->mutex);
	fn(arg);
	pthread_mutex_lock(&p->mutex);
	leave(p);
	/* A thread of the pool may wait for room, too. */
	pthread_cond_signal(&p->more);
	pthread_mutex_unlock(&p->mutex);
}

void pool_run(struct pool *p, void (*fn)(void *arg), void *arg)
{
	if (fiber_is_one())
		run_there(p, fn, arg);
	else
		run_here(p, fn, arg);
}

unsigned pool_pause_us(unsigned waiting)
{
	return waiting < PAUSE_MAX_US / PAUSE_US ? waiting * PAUSE_US
						 : PAUSE_MAX_US;
}

void pool_pause(void *unused)
{
	const unsigned us = pool_pause_us(atomic_load(&brief_jobs));
	const struct timespec pause = { .tv_nsec = (long)us * 1000 };

	(void)unused;
	if (us > 0)
		(void)nanosleep(&pause, NULL);
}
