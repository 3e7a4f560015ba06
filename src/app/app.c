/*
 * app.c - a program: its endpoints, its threads, its life.
 *
 * The worker threads accept, serve and reset, and share nothing but the lanes.
 * The main thread waits for a signal, and in between does the chores.
 */
#include "app/app.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "app/config.h"
#include "app/serve.h"
#include "base/log.h"
#include "crypto/random.h"
#include "http/fetch.h"
#include "http/gateway.h"

/* A request makes a few hundred small allocations; 16 MiB is never reached. */
#define REQUEST_MEMORY (16u << 20)
#define CONFIG_MEMORY (1u << 20)

#define STOP_MS 4500		/* a supervisor waits 5 seconds, or longer */
#define CHORE_SECONDS 600
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

/* Whatever comes of it, the next time is in ten minutes. */
static void do_chore(const struct service *s)
{
	struct arena *a = arena_new(REQUEST_MEMORY);
	struct db_work w = { .count = 0 };
	const struct db_call *chore;

	chore = db_add(&w, a, s->app->chore, NULL, 0);
	if (db_run(s->db, a, DB_READ, &w) == DB_FAILED)
		log_event(s->app->program, "%s: SQLSTATE %s",
			  query_name(chore->query).ptr, chore->sqlstate);
	arena_free(a);
}

/* Until somebody says stop. */
static void wait_for_signal(const struct service *s, const sigset_t *signals)
{
	const struct timespec patience = { .tv_sec = CHORE_SECONDS };

	for (;;) {
		if (sigtimedwait(signals, NULL, &patience) >= 0)
			return;
		if (errno == EAGAIN && s->app->chore != QUERY_COUNT)
			do_chore(s);
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
