/* loop.c - one thread that serves many requests.  See loop.h. */
#include "base/loop.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fiber.h"
#include "base/parking.h"

#define EVENTS_MAX 64
#define IDLE_MAX 64	/* fibers that are kept for the next requests */

/* Who waits for a descriptor: a fiber, or a function that is called. */
struct watch {
	struct fiber *fiber;
	void (*ready)(void *arg);
	void *arg;
};

struct queue {
	struct fiber *first, **last;
};

struct loop {
	int epoll, wake;
	struct watch *watches;		/* by descriptor */
	size_t watch_count;
	struct queue now, later;	/* those that can go on */
	struct fiber *timed;		/* those that have a deadline */
	struct fiber *idle;
	unsigned idle_count;
	struct fiber *current;
	struct fiber_home home;
	void (*after_turn)(void *arg);
	void *after_arg;
	atomic_bool stopped;

	/* Those whom other threads have posted. */
	pthread_mutex_t mutex;
	struct parking *inbox;
};

/* Whose thread this is, as errno is a thread's. */
static _Thread_local struct loop *here;

static void queue_init(struct queue *q)
{
	q->first = NULL;
	q->last = &q->first;
}

static void queue_add(struct queue *q, struct fiber *f)
{
	f->next = NULL;
	*q->last = f;
	q->last = &f->next;
}

/* All of from, behind those in q. */
static void queue_move(struct queue *q, struct queue *from)
{
	if (!from->first)
		return;
	*q->last = from->first;
	q->last = from->last;
	queue_init(from);
}

static struct fiber *queue_take(struct queue *q)
{
	struct fiber *f = q->first;

	if (!f)
		return NULL;
	q->first = f->next;
	if (!q->first)
		q->last = &q->first;
	f->next = NULL;
	return f;
}

static void control(struct loop *l, int op, int fd, uint32_t events)
{
	struct epoll_event e = { .events = events, .data = { .fd = fd } };

	if (epoll_ctl(l->epoll, op, fd, &e) < 0 && errno != EEXIST)
		abort();
}

struct loop *loop_new(void)
{
	struct loop *l = calloc(1, sizeof(*l));

	if (!l)
		abort();
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	l->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (l->epoll < 0 || l->wake < 0 ||
	    pthread_mutex_init(&l->mutex, NULL))
		abort();
	queue_init(&l->now);
	queue_init(&l->later);
	control(l, EPOLL_CTL_ADD, l->wake, EPOLLIN);
	return l;
}

void loop_free(struct loop *l)
{
	while (l->idle) {
		struct fiber *f = l->idle;

		l->idle = f->next;
		fiber_free(f);
	}
	close(l->epoll);
	close(l->wake);
	pthread_mutex_destroy(&l->mutex);
	free(l->watches);
	free(l);
}

static void wake_up(struct loop *l)
{
	const uint64_t one = 1;
	ssize_t n;

	do {
		n = write(l->wake, &one, sizeof(one));
	} while (n < 0 && errno == EINTR);
}

void loop_stop(struct loop *l)
{
	atomic_store(&l->stopped, true);
	wake_up(l);
}

static struct watch *watch_of(struct loop *l, int fd)
{
	size_t n = l->watch_count;

	assert(fd >= 0);
	if ((size_t)fd < n)
		return &l->watches[fd];
	n = (size_t)fd + 64;
	l->watches = realloc(l->watches, n * sizeof(*l->watches));
	if (!l->watches)
		abort();
	memset(l->watches + l->watch_count, 0,
	       (n - l->watch_count) * sizeof(*l->watches));
	l->watch_count = n;
	return &l->watches[fd];
}

void loop_listen(struct loop *l, int fd, void (*ready)(void *arg), void *arg)
{
	*watch_of(l, fd) = (struct watch){ NULL, ready, arg };
	control(l, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLEXCLUSIVE);
}

void loop_ignore(struct loop *l, int fd)
{
	*watch_of(l, fd) = (struct watch){ NULL, NULL, NULL };
	control(l, EPOLL_CTL_DEL, fd, 0);
}

void loop_after_turn(struct loop *l, void (*fn)(void *arg), void *arg)
{
	l->after_turn = fn;
	l->after_arg = arg;
}

static void set_deadline(struct loop *l, struct fiber *f, long long deadline)
{
	f->deadline = deadline;
	if (deadline < 0)
		return;
	f->timed_next = l->timed;
	f->timed_at = &l->timed;
	if (l->timed)
		l->timed->timed_at = &f->timed_next;
	l->timed = f;
}

static void clear_deadline(struct fiber *f)
{
	if (f->deadline < 0)
		return;
	*f->timed_at = f->timed_next;
	if (f->timed_next)
		f->timed_next->timed_at = f->timed_at;
	f->deadline = -1;
}

/* Its wait is over. */
static void resume(struct loop *l, struct fiber *f, bool in_time)
{
	if (f->fd >= 0)
		l->watches[f->fd].fiber = NULL;
	f->fd = -1;
	clear_deadline(f);
	f->in_time = in_time;
	queue_add(&l->now, f);
}

static bool wait_here(struct loop *l, int fd, long long deadline)
{
	struct fiber *f = l->current;

	f->fd = fd;
	if (fd >= 0) {
		struct watch *w = watch_of(l, fd);

		assert(!w->fiber);
		w->fiber = f;
	}
	set_deadline(l, f, deadline);
	fiber_give_way(&l->home, f);
	return f->in_time;
}

/* It outlives what it runs, and waits for more. */
static void live(struct fiber *f)
{
	struct loop *l = here;

	fiber_entered(&l->home, f);
	for (;;) {
		f->fn(f->arg);
		f->fn = NULL;
		f->arg = NULL;
		fiber_give_way(&l->home, f);
	}
}

void fiber_start(struct loop *l, void (*fn)(void *arg), void *arg)
{
	struct fiber *f = l->idle;

	if (f) {
		l->idle = f->next;
		l->idle_count--;
	} else {
		f = fiber_new(live);
	}
	f->fn = fn;
	f->arg = arg;
	f->deadline = -1;
	queue_add(&l->now, f);
}

static void run_one(struct loop *l, struct fiber *f)
{
	l->current = f;
	fiber_enter(&l->home, f);
	l->current = NULL;
	if (f->fn)
		return;
	if (l->idle_count >= IDLE_MAX) {
		fiber_free(f);
		return;
	}
	f->next = l->idle;
	l->idle = f;
	l->idle_count++;
}

/* Milliseconds until the next deadline; -1: there is none. */
static int patience(const struct loop *l)
{
	long long least = -1, left;

	if (l->now.first || l->later.first)
		return 0;
	for (struct fiber *f = l->timed; f; f = f->timed_next) {
		if (least < 0 || f->deadline < least)
			least = f->deadline;
	}
	if (least < 0)
		return -1;
	left = least - clock_ms();
	if (left < 0)
		return 0;
	return left < 60000 ? (int)left + 1 : 60000;
}

static void end_waits(struct loop *l)
{
	const long long now = l->timed ? clock_ms() : 0;
	struct fiber *next;

	for (struct fiber *f = l->timed; f; f = next) {
		next = f->timed_next;
		if (f->deadline <= now)
			resume(l, f, false);
	}
}

static void posted_here(struct loop *l, struct parking *p)
{
	p->posted = true;
	if (p->waits)
		resume(l, p->fiber, true);
}

static void read_inbox(struct loop *l)
{
	struct parking *p, *next;
	uint64_t count;
	ssize_t n = read(l->wake, &count, sizeof(count));

	(void)n;
	pthread_mutex_lock(&l->mutex);
	p = l->inbox;
	l->inbox = NULL;
	pthread_mutex_unlock(&l->mutex);
	for (; p; p = next) {
		next = p->next;
		posted_here(l, p);
	}
}

static void dispatch(struct loop *l, int fd)
{
	struct watch *w = watch_of(l, fd);

	if (fd == l->wake)
		read_inbox(l);
	else if (w->ready)
		w->ready(w->arg);
	else if (w->fiber)
		resume(l, w->fiber, true);
}

void loop_run(struct loop *l)
{
	struct epoll_event events[EVENTS_MAX];
	struct fiber *f;

	here = l;
	while (!atomic_load(&l->stopped)) {
		int n = epoll_wait(l->epoll, events, EVENTS_MAX, patience(l));

		queue_move(&l->now, &l->later);
		for (int i = 0; i < n; i++)
			dispatch(l, events[i].data.fd);
		end_waits(l);
		while ((f = queue_take(&l->now)))
			run_one(l, f);
		if (l->after_turn)
			l->after_turn(l->after_arg);
	}
	here = NULL;
}

bool fiber_is_one(void)
{
	return here && here->current;
}

void fiber_yield(void)
{
	struct loop *l = here;

	if (!fiber_is_one())
		return;
	queue_add(&l->later, l->current);
	fiber_give_way(&l->home, l->current);
}

/* Without a loop. */
static bool block(int fd, short events, long long deadline)
{
	struct pollfd p = { .fd = fd, .events = events };
	long long left = -1;
	int n;

	do {
		if (deadline >= 0) {
			left = deadline - clock_ms();
			if (left <= 0)
				return false;
		}
		n = poll(&p, 1, (int)left);
	} while (n < 0 && errno == EINTR);
	return n > 0;
}

/* Once; the kernel forgets it with the descriptor. */
static void arm(struct loop *l, int fd, uint32_t events)
{
	struct epoll_event e = {
		.events = events | EPOLLONESHOT, .data = { .fd = fd },
	};

	if (epoll_ctl(l->epoll, EPOLL_CTL_MOD, fd, &e) < 0 &&
	    (errno != ENOENT ||
	     epoll_ctl(l->epoll, EPOLL_CTL_ADD, fd, &e) < 0))
		abort();
}

bool fiber_wait(int fd, short events, long long deadline)
{
	uint32_t wanted = 0;

	if (fd < 0 || (deadline >= 0 && clock_ms() >= deadline))
		return false;
	if (!fiber_is_one())
		return block(fd, events, deadline);
	if (events & POLLIN)
		wanted |= EPOLLIN;
	if (events & POLLOUT)
		wanted |= EPOLLOUT;
	arm(here, fd, wanted);
	return wait_here(here, fd, deadline);
}

bool fiber_wait_more(int fd, long long deadline)
{
	assert(fiber_is_one());
	if (deadline >= 0 && clock_ms() >= deadline)
		return false;
	control(here, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLRDHUP | EPOLLET);
	return wait_here(here, fd, deadline);
}

void fiber_pause(long ms)
{
	const long long until = clock_ms() + ms;

	if (fiber_is_one())
		(void)wait_here(here, -1, until);
	else
		(void)poll(NULL, 0, (int)ms);
}

void parking_init(struct parking *p)
{
	*p = (struct parking){ .loop = NULL };
	if (fiber_is_one()) {
		p->loop = here;
		p->fiber = here->current;
	} else if (sem_init(&p->semaphore, 0, 0) < 0) {
		abort();
	}
}

void parking_wait(struct parking *p)
{
	if (!p->loop) {
		while (sem_wait(&p->semaphore) < 0)
			continue;
		sem_destroy(&p->semaphore);
		return;
	}
	p->waits = true;
	if (!p->posted)
		(void)wait_here(p->loop, -1, -1);
}

void parking_post(struct parking *p)
{
	struct loop *l = p->loop;
	bool first;

	if (!l) {
		sem_post(&p->semaphore);
		return;
	}
	if (l == here) {
		posted_here(l, p);
		return;
	}
	pthread_mutex_lock(&l->mutex);
	first = !l->inbox;
	p->next = l->inbox;
	l->inbox = p;
	pthread_mutex_unlock(&l->mutex);
	if (first)
		wake_up(l);
}
