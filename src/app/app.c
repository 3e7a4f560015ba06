/*
 * app.c - a program: its endpoints, its threads, its life.
 *
 * The worker threads accept, serve and reset, and share nothing but the lanes.
 * The main thread waits for a signal, and in between does the chores.
 */
#include "app/app.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "app/config.h"
#include "app/serve.h"
#include "base/clock.h"
#include "base/log.h"
#include "crypto/random.h"
#include "http/fetch.h"
#include "http/gateway.h"

/* A request makes a few hundred small allocations; 16 MiB is never reached. */
#define REQUEST_MEMORY (16u << 20)
#define CONFIG_MEMORY (1u << 20)

#define STOP_MS 4500		/* a supervisor waits 5 seconds, or longer */
#define CHORES_MAX 8
#define CHORES_MS 600000
#define STACK_BYTES (512u << 10)

static void serve_all(const struct service *s)
{
	struct arena *a = arena_new(REQUEST_MEMORY);
	struct gateway *g = gateway_open();
	const bool log_by_gateway = !log_is_open();
	struct request rq;

	while (g && gateway_accept(g, a, &rq)) {
		struct str log, text = serve_request(s, a, &rq, &log);

		/* Before the answer: once that is out, nothing keeps the
		 * process. */
		if (!log_by_gateway)
			log_write(log);
		gateway_answer(g, text, log_by_gateway ? log : STR_NONE);
		arena_reset(a);
	}
	gateway_close(g);
	arena_free(a);
}

static void *worker(void *service)
{
	serve_all(service);
	return NULL;
}

static bool start_workers(struct service *s, long long count)
{
	pthread_attr_t attr;
	pthread_t thread;
	bool ok = true;

	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	while (ok && count-- > 0)
		ok = pthread_create(&thread, &attr, worker, s) == 0;
	pthread_attr_destroy(&attr);
	return ok;
}

/* Whatever comes of it, there is a next time. */
static void do_chore(const struct service *s, chore_fn *run)
{
	const struct chore c = {
		.db = s->db,
		.arena = arena_new(REQUEST_MEMORY),
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

/* Until somebody says stop. */
static void wait_for_signal(const struct service *s, const sigset_t *signals)
{
	long long due[CHORES_MAX] = { 0 };

	for (;;) {
		const long long ms = do_chores(s, due);
		const struct timespec patience = {
			.tv_sec = ms / 1000,
			.tv_nsec = ms % 1000 * 1000000,
		};

		if (sigtimedwait(signals, NULL, &patience) >= 0)
			return;
	}
}

static int serve_fastcgi(struct service *s, const struct config *c)
{
	sigset_t signals;

	/* Blocked before the threads are made: they inherit it, and the main
	 * thread alone hears of it. */
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	if (!start_workers(s, c->threads)) {
		log_event(s->app->program, "no threads to be had");
		return 1;
	}
	log_event(s->app->program, "serving with %lld threads", c->threads);
	wait_for_signal(s, &signals);
	log_event(s->app->program, gateway_stop(STOP_MS)
				   ? "stopped" : "stopped, in a request");
	/* The workers that wait for a connection end with the process. */
	return 0;
}

int app_run(const struct app *app)
{
	struct arena *a = arena_new(CONFIG_MEMORY);
	struct service s = { .app = app };
	const struct rlimit no_core = { 0, 0 };
	struct config c;
	struct buf role;
	int status;

	crypto_init();
	fetch_init();
	signal(SIGPIPE, SIG_IGN);	/* it is an error of write() */
	setrlimit(RLIMIT_CORE, &no_core);	/* secrets are in memory */
	if (!config_read(&c, a, app->program) ||
	    (app->needs_key && !config_read_key(&c, a, app->program, &s.key)) ||
	    !gateway_init()) {
		arena_free(a);
		return 1;
	}
	buf_init(&role, a);
	buf_addf(&role, "postern_%.*s", STR_ARG(app->program));
	s.db = db_open(c.database, buf_str(&role),
		       gateway_is_cgi() ? 0 : (unsigned)c.read_lanes);
	if (!s.db) {
		status = 1;
	} else if (gateway_is_cgi()) {
		serve_all(&s);
		db_close(s.db);
		status = 0;
	} else {
		status = serve_fastcgi(&s, &c);
		exit(status);	/* the workers still use s and a */
	}
	arena_free(a);
	return status;
}
