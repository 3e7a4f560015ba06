/*
 * test_loop.c - fibers that wait for descriptors, moments, each other and
 * threads.
 */
#include "base/loop.h"

#include <fenv.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/parking.h"
#include "base/pool.h"
#include "tap.h"

#define MANY 300

static struct loop *loop;

/* What the fibers of a test did, in the order in which they did it. */
static char trace[64];

static void note(char c)
{
	size_t n = strlen(trace);

	if (n + 1 < sizeof(trace))
		trace[n] = c;
}

static void end(void *arg)
{
	(void)arg;
	loop_stop(loop);
}

/* Run what first() starts, until somebody stops the loop. */
static void run(void (*first)(void *arg), void *arg)
{
	memset(trace, 0, sizeof(trace));
	loop = loop_new();
	fiber_start(loop, first, arg);
	loop_run(loop);
	loop_free(loop);
}

static void yield_once(void *letter)
{
	note(*(const char *)letter);
	fiber_yield();
	note(*(const char *)letter);
}

/* What a function may count on after a call: that numbers are rounded the way
 * that this fiber has asked for. */
struct rounding {
	int mode;
	bool same;
} roundings[] = { { FE_UPWARD, false }, { FE_DOWNWARD, false } };

static void divide_twice(void *arg)
{
	volatile double one = 1, three = 3;
	struct rounding *r = arg;
	double third;

	fesetround(r->mode);
	third = one / three;
	fiber_yield();
	r->same = one / three == third && fegetround() == r->mode;
}

static void start_dividing(void *arg)
{
	(void)arg;
	fiber_start(loop, divide_twice, &roundings[0]);
	fiber_start(loop, divide_twice, &roundings[1]);
	fiber_yield();
	fiber_yield();
	end(NULL);
}

static void start_three(void *arg)
{
	static const char letters[] = "abc";

	(void)arg;
	for (size_t i = 0; i < 3; i++)
		fiber_start(loop, yield_once, (void *)(size_t)&letters[i]);
	fiber_yield();
	fiber_yield();
	end(NULL);
}

static int ends[2];

static void read_one(void *arg)
{
	char c = 0;

	(void)arg;
	note('r');
	if (fiber_wait(ends[0], POLLIN, clock_ms() + 5000) &&
	    read(ends[0], &c, 1) == 1)
		note(c);
	end(NULL);
}

static void write_later(void *arg)
{
	(void)arg;
	fiber_start(loop, read_one, NULL);
	fiber_pause(20);
	note('w');
	(void)!write(ends[1], "!", 1);
}

static void wait_in_vain(void *arg)
{
	const long long began = clock_ms();

	(void)arg;
	if (!fiber_wait(ends[0], POLLIN, began + 30) &&
	    clock_ms() >= began + 30)
		note('t');
	if (!fiber_wait(ends[0], POLLIN, began))
		note('u');	/* past */
	if (!fiber_wait(-1, POLLIN, -1))
		note('v');	/* no descriptor */
	end(NULL);
}

/* Each byte wakes it once, though nothing is read. */
static void wait_for_more(void *arg)
{
	char all[8];

	(void)arg;
	while (recv(ends[0], all, sizeof(all), MSG_PEEK | MSG_DONTWAIT) < 3)
		note(fiber_wait_more(ends[0], clock_ms() + 5000) ? 'm' : 'x');
	if (!fiber_wait_more(ends[0], clock_ms() + 20))
		note('.');
	end(NULL);
}

static void write_three(void *arg)
{
	(void)arg;
	fiber_start(loop, wait_for_more, NULL);
	for (int i = 0; i < 3; i++) {
		fiber_pause(10);
		(void)!write(ends[1], "x", 1);
	}
}

static struct parking parking;

static void *post_from_thread(void *arg)
{
	(void)arg;
	(void)poll(NULL, 0, 20);
	parking_post(&parking);
	return NULL;
}

static void park(void *arg)
{
	pthread_t thread;

	(void)arg;
	parking_init(&parking);
	if (pthread_create(&thread, NULL, post_from_thread, NULL))
		return;
	parking_wait(&parking);
	pthread_join(thread, NULL);
	note('p');
	parking_init(&parking);
	parking_post(&parking);		/* before anybody waits */
	parking_wait(&parking);
	note('q');
	end(NULL);
}

static struct pool two = POOL(2);
static atomic_uint at_once, most;
static unsigned done;

static void work(void *arg)
{
	unsigned now = atomic_fetch_add(&at_once, 1) + 1;
	unsigned seen = atomic_load(&most);

	while (now > seen && !atomic_compare_exchange_weak(&most, &seen, now))
		continue;
	(void)poll(NULL, 0, 10);
	atomic_fetch_sub(&at_once, 1);
	*(bool *)arg = !fiber_is_one();
}

static void ask_pool(void *arg)
{
	bool by_thread = false;

	(void)arg;
	pool_run(&two, work, &by_thread);
	done += by_thread;
	if (done == 12)
		end(NULL);
}

static void ask_often(void *arg)
{
	(void)arg;
	for (int i = 0; i < 12; i++)
		fiber_start(loop, ask_pool, NULL);
}

static struct pool brief = POOL_OF_BRIEF;
static atomic_uint signed_by;
static unsigned told;

static void sign(void *arg)
{
	(void)arg;
	atomic_fetch_add(&signed_by, 1);
}

static void ask_brief(void *arg)
{
	(void)arg;
	pool_run(&brief, sign, NULL);
	told++;
	if (told == MANY)
		end(NULL);
}

static void ask_briefly(void *arg)
{
	(void)arg;
	for (unsigned i = 0; i < MANY; i++)
		fiber_start(loop, ask_brief, NULL);
}

static unsigned ended;

static void go_deep(void *arg)
{
	volatile char bytes[32768];

	(void)arg;
	bytes[0] = 1;
	bytes[sizeof(bytes) - 1] = 2;
	fiber_pause(5);
	ended += (unsigned)(bytes[0] + bytes[sizeof(bytes) - 1]) == 3;
	if (ended == MANY)
		end(NULL);
}

static void start_many(void *arg)
{
	(void)arg;
	for (unsigned i = 0; i < MANY; i++)
		fiber_start(loop, go_deep, NULL);
}

static unsigned heard, turns;

static void hear(void *arg)
{
	char c;

	(void)arg;
	heard += read(ends[0], &c, 1) == 1;
	if (heard == 2) {
		loop_ignore(loop, ends[0]);
		(void)!write(ends[1], "3", 1);
		fiber_start(loop, end, NULL);
	}
}

static void turn(void *arg)
{
	(void)arg;
	turns++;
}

static void say_twice(void *arg)
{
	(void)arg;
	loop_listen(loop, ends[0], hear, NULL);
	loop_after_turn(loop, turn, NULL);
	(void)!write(ends[1], "12", 2);
}

int main(void)
{
	const long long began = clock_ms();
	bool by_caller = false;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) < 0)
		return 1;
	run(start_three, NULL);
	ok(strcmp(trace, "abcabc") == 0, "they give way to each other: %s",
	   trace);
	run(start_dividing, NULL);
	ok(roundings[0].same && roundings[1].same &&
	   fegetround() == FE_TONEAREST, "each rounds its own way");
	run(write_later, NULL);
	ok(strcmp(trace, "rw!") == 0, "one waits for a descriptor: %s", trace);
	run(wait_in_vain, NULL);
	ok(strcmp(trace, "tuv") == 0, "a wait ends in time: %s", trace);
	run(write_three, NULL);
	ok(strcmp(trace, "mmm.") == 0 || strcmp(trace, "mmmm.") == 0,
	   "each byte more wakes once: %s", trace);
	(void)!read(ends[0], trace, 3);
	run(park, NULL);
	ok(strcmp(trace, "pq") == 0, "posted by a thread, and before: %s",
	   trace);
	run(ask_often, NULL);
	ok(done == 12 && atomic_load(&most) == 2,
	   "a pool of two runs two at a time, each by a thread");
	run(ask_briefly, NULL);
	ok(told == MANY && atomic_load(&signed_by) == MANY,
	   "who is held back for company is told all the same");
	ok(!pool_holds(1, 0) && !pool_holds(1, 1) && pool_holds(1, 2) &&
	   pool_holds(7, 8) && !pool_holds(8, 8) && pool_holds(15, 99) &&
	   !pool_holds(16, 99), "held back by what still waits");
	ok(pool_pause_us(0) == 0 && pool_pause_us(1) == 75 &&
	   pool_pause_us(19) == 1425 && pool_pause_us(20) == 1500 &&
	   pool_pause_us(~0u) == 1500, "the more waits, the longer a pause");
	run(start_many, NULL);
	ok(ended == MANY, "%d at once, each with a stack of its own", MANY);
	run(say_twice, NULL);
	ok(heard == 2 && turns > 0, "who listens is told until he ignores it");

	ok(!fiber_is_one(), "outside of one");
	fiber_yield();
	fiber_pause(1);
	pool_run(&two, work, &by_caller);
	ok(by_caller, "a pool's work is the caller's where there is no loop");
	ok(fiber_wait(ends[0], POLLIN, clock_ms() + 1000),
	   "a wait blocks where there is none");
	ok(!fiber_wait(ends[1], POLLIN, clock_ms() + 10) &&
	   clock_ms() - began < 60000, "and ends in time");
	parking_init(&parking);
	parking_post(&parking);
	parking_wait(&parking);
	ok(true, "a thread is parked and posted");
	return done_testing();
}
