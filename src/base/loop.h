/*
 * loop.h - one thread that serves many requests, each a fiber of its own.
 *
 * A request is written from top to bottom, as if it had a thread: where it
 * waits - for its peer, for the database, for a moment - its fiber gives way to
 * the others and is resumed when what it waits for is there.  So a request
 * costs no thread, no lock and no waking of one thread by another, which on a
 * busy machine is most of what it would cost; and whatever became ready at once
 * is served in one turn of the loop.
 *
 * What computes for long, or can only wait by blocking, is done elsewhere:
 * pool.h.
 *
 * The functions that wait may be called from anywhere.  Outside of a fiber (in
 * plain CGI, in a thread of its own) they block, and mean the same.
 */
#ifndef BASE_LOOP_H
#define BASE_LOOP_H

#include <stdbool.h>

struct loop;

/* Aborts where there is no memory for it, as everything here does. */
struct loop *loop_new(void);

/* After loop_run(); fibers that still wait are forgotten. */
void loop_free(struct loop *l);

/* Serve, on this thread, until somebody says loop_stop(). */
void loop_run(struct loop *l);

/* From any thread. */
void loop_stop(struct loop *l);

/*
 * Call ready(arg) on the loop's thread, in no fiber, whenever fd has something
 * to read.  Of several processes that listen on one socket one is told.
 * loop_ignore() undoes it.
 */
void loop_listen(struct loop *l, int fd, void (*ready)(void *arg), void *arg);
void loop_ignore(struct loop *l, int fd);

/* Call fn(arg) at the end of each turn in which something was done. */
void loop_after_turn(struct loop *l, void (*fn)(void *arg), void *arg);

/* Run fn(arg) as a fiber; on the loop's thread.  It begins in this turn. */
void fiber_start(struct loop *l, void (*fn)(void *arg), void *arg);

/* Are we in one? */
bool fiber_is_one(void);

/* When all others that can go on have done so. */
void fiber_yield(void);

/*
 * Until fd is readable or writable (events as poll() has them), an error of its
 * included, or until the deadline (clock_ms(); negative: none) has passed:
 * false.  May return early: try, and wait again.
 */
bool fiber_wait(int fd, short events, long long deadline);

/*
 * The same for something more to read on a socket where what came before is
 * still unread.  To be used for an fd from the first time on, or never.
 */
bool fiber_wait_more(int fd, long long deadline);

void fiber_pause(long ms);

#endif
