/*
 * pool.h - a few threads for what a fiber must not do itself: compute for long,
 * or call what can only block.
 *
 * Each kind of such work has a pool of its own, so that none keeps another
 * waiting, and the pool's size is a bound: on memory, on cores, on how much may
 * wait for others' hosts.
 */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include <pthread.h>

struct pool_job;

/* To be initialized by POOL(); the process's, like a lock. */
struct pool {
	pthread_mutex_t mutex;
	pthread_cond_t more, room;
	struct pool_job *first, *last;
	unsigned size, queued, threads, idle, running;
};

/* n: how many run at a time. */
#define POOL(n) { \
	.mutex = PTHREAD_MUTEX_INITIALIZER, \
	.more = PTHREAD_COND_INITIALIZER, \
	.room = PTHREAD_COND_INITIALIZER, \
	.size = (n), \
}

/*
 * Run fn(arg) and return when it has.  In a fiber, by a thread of the pool,
 * while other fibers go on; elsewhere by the caller itself, once there is room.
 */
void pool_run(struct pool *p, void (*fn)(void *arg), void *arg);

#endif
