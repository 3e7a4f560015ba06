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
#include <stdbool.h>

struct pool_job;

/* To be initialized by POOL(); the process's, like a lock. */
struct pool {
	pthread_mutex_t mutex;
	pthread_cond_t more, room;
	struct pool_job *first, *last;	/* who wait for a thread */
	struct pool_job *done;		/* who are not told yet */
	unsigned size, queued, held, threads, idle, running;
	bool is_brief;
};

/*
 * n: how many run at a time.  A pool of brief work, jobs of less than a
 * millisecond, has one for each core.  See also pool_holds() and pool_pause().
 */
#define POOL(n) POOL_OF(n, false)
#define POOL_OF_BRIEF POOL_OF(0, true)
#define POOL_OF(n, brief) { \
	.mutex = PTHREAD_MUTEX_INITIALIZER, \
	.more = PTHREAD_COND_INITIALIZER, \
	.room = PTHREAD_COND_INITIALIZER, \
	.size = (n), \
	.is_brief = (brief), \
}

/*
 * Run fn(arg) and return when it has.  In a fiber, by a thread of the pool,
 * while other fibers go on; elsewhere by the caller itself, once there is room.
 */
void pool_run(struct pool *p, void (*fn)(void *arg), void *arg);

/*
 * Are so many jobs of brief work that are done held back, where so many wait
 * for a thread?  Who is told goes on in the web server and at the client and
 * comes back with the next job, and that costs the less the more go together;
 * meanwhile the threads have those that wait.  So nobody is told later than
 * the last of those would be; where others keep arriving, than the sixteenth
 * job that is done (HELD_MAX).
 */
bool pool_holds(unsigned done, unsigned waiting);

/*
 * At the end of a loop's turn (loop_after_turn()): where brief work has queued
 * up, let it get on before the loop is woken again.  The next turn finds more
 * to do, and each turn takes a core from the work that all wait for.
 */
void pool_pause(void *unused);

/* How long, in microseconds, where so many jobs wait. */
unsigned pool_pause_us(unsigned waiting);

#endif
