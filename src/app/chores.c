/* chores.c - what a program does beside its requests, and when. */
#include "app/chores.h"

#include <assert.h>
#include <fcntl.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "app/app.h"
#include "base/clock.h"

#define CHORE_MEMORY (16u << 20)
#define CHORES_MAX 8
#define CHORES_MS 600000
#define DETACHED_SECONDS 10

/* Whatever comes of it, there is a next time. */
static void do_chore(const struct service *s, chore_fn *run)
{
	const struct chore c = {
		.db = s->db,
		.arena = arena_new(CHORE_MEMORY),
		.key = &s->key,
		.program = s->app->program,
	};

	run(&c);
	arena_free(c.arena);
}

/* Do what is due, and say in how many milliseconds something is again. */
static long long do_chores(const struct service *s, long long *due)
{
	const struct app_chore *chores = s->app->chores;
	long long soonest = clock_ms() + CHORES_MS;

	for (size_t i = 0; chores && chores[i].run; i++) {
		assert(i < CHORES_MAX);
		if (clock_ms() >= due[i]) {
			do_chore(s, chores[i].run);
			due[i] = clock_ms() + chores[i].seconds * 1000LL;
		}
		if (due[i] < soonest)
			soonest = due[i];
	}
	soonest -= clock_ms();
	return soonest > 0 ? soonest : 0;
}

static void poked(const struct service *s, long long *due)
{
	const struct app_chore *chores = s->app->chores;

	for (size_t i = 0; chores && chores[i].run; i++) {
		if (chores[i].when_poked)
			due[i] = 0;
	}
}

/* The lock is held while something is done. */
static void *do_forever(void *service)
{
	struct service *s = service;
	long long due[CHORES_MAX] = { 0 };
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, CHORES_SIGNAL);
	for (;;) {
		struct timespec patience;
		long long ms;

		pthread_mutex_lock(&s->chores);
		ms = do_chores(s, due);
		pthread_mutex_unlock(&s->chores);
		patience.tv_sec = ms / 1000;
		patience.tv_nsec = ms % 1000 * 1000000;
		if (sigtimedwait(&signals, NULL, &patience) >= 0)
			poked(s, due);
	}
	return NULL;
}

bool chores_start(struct service *s)
{
	pthread_t thread;

	return pthread_create(&thread, NULL, do_forever, s) == 0 &&
	       pthread_detach(thread) == 0;
}

void chores_poke(void)
{
	(void)kill(getpid(), CHORES_SIGNAL);
}

bool chores_stop(struct service *s, long long ms)
{
	const long long end = clock_ms() + (ms > 0 ? ms : 0);
	const struct timespec until = {
		.tv_sec = end / 1000,
		.tv_nsec = end % 1000 * 1000000,
	};

	return pthread_mutex_clocklock(&s->chores, CLOCK_MONOTONIC,
				       &until) == 0;
}

/* Nobody waits for the end of what the web server gave us. */
static void let_go(void)
{
	const int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (nowhere >= 0)
			(void)dup2(nowhere, fd);
	}
	(void)setsid();
}

void chores_detach(struct service *s,
		   struct db *(*open_db)(const void *how), const void *how)
{
	const struct app_chore *chores = s->app->chores;

	if (fork() != 0)
		return;
	let_go();
	alarm(DETACHED_SECONDS);
	s->db = open_db(how);
	for (size_t i = 0; s->db && chores && chores[i].run; i++) {
		if (chores[i].when_poked)
			do_chore(s, chores[i].run);
	}
	_exit(0);
}
