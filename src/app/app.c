/*
 * app.c - a program: its endpoints, its loop, its life.
 *
 * One thread runs the loop, and every connection is a fiber of it: accept,
 * serve, reset.  They share nothing but the lanes.  Another thread does the
 * chores, and the main thread waits until somebody says stop.
 */
#include "app/app.h"

#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "app/chores.h"
#include "app/config.h"
#include "app/serve.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/pool.h"
#include "base/wipe.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "http/fetch.h"
#include "http/gateway.h"
#include "jose/library.h"

/* A request makes a few hundred small allocations; 16 MiB is never reached. */
#define REQUEST_MEMORY (16u << 20)
#define CONFIG_MEMORY (1u << 20)

#define STOP_MS 4500		/* a supervisor waits 5 seconds, or longer */
#define MALLOC_ARENAS 2

/* Descriptors that are not to be taken by connections: PostgreSQL's, outgoing
 * requests', logs and the like; besides one for each read lane. */
#define DESCRIPTORS 14

/* Memory for a connection: what another one has left, where there is that. */
static struct arena *take_arena(struct service *s)
{
	if (s->spare_count > 0)
		return s->spare[--s->spare_count];
	return arena_new(REQUEST_MEMORY);
}

static void leave_arena(struct service *s, struct arena *a)
{
	if (s->spare_count < SPARE_ARENAS)
		s->spare[s->spare_count++] = a;
	else
		arena_free(a);
}

/* True where the last request left something to do at once. */
static bool serve_all(struct service *s, struct gateway *g)
{
	bool poked = false;
	struct arena *a = take_arena(s);
	const bool log_by_gateway = !s->log_is_open;
	struct request rq;

	while (gateway_accept(g, a, &rq)) {
		struct served out;

		serve_request(s, a, &rq, &out);
		/* Before the answer: once that is out, nothing keeps the
		 * process. */
		if (!log_by_gateway)
			log_write(out.log);
		gateway_answer(g, out.text,
			       log_by_gateway ? out.log : STR_NONE);
		arena_reset(a);
		wipe_stack();
		poked = out.poke;
		if (poked && !gateway_is_cgi())
			chores_poke();
	}
	leave_arena(s, a);
	return poked;
}

static void serve_connection(struct gateway *g, void *service)
{
	(void)serve_all(service, g);
}

static void *run_loop(void *loop)
{
	loop_run(loop);
	return NULL;
}

/*
 * How many connections there is room for.  Kept ones must not take the last
 * descriptor: there would be none for PostgreSQL as long as they are kept.
 */
static unsigned room_for(const struct service *s, const struct config *c)
{
	const rlim_t others = (rlim_t)c->read_lanes + DESCRIPTORS;
	const rlim_t need = (rlim_t)c->connections + others;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= need)
		return (unsigned)c->connections;
	limit.rlim_cur = need < limit.rlim_max ? need : limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_cur < need)
		log_event(s->app->program, "RLIMIT_NOFILE is too low for "
			  "%lld connections (POSTERN_CONNECTIONS)",
			  c->connections);
	return limit.rlim_cur > others ? (unsigned)(limit.rlim_cur - others)
				       : 1;
}

static bool start_loop(struct loop *l)
{
	pthread_t thread;

	return pthread_create(&thread, NULL, run_loop, l) == 0 &&
	       pthread_detach(thread) == 0;
}

static void serve_fastcgi(struct service *s, const struct config *c)
	__attribute__((noreturn));

static void serve_fastcgi(struct service *s, const struct config *c)
{
	struct loop *l = loop_new();
	const unsigned connections = room_for(s, c);
	struct front *f = gateway_listen(l, connections, serve_connection, s);
	long long end;
	sigset_t signals;
	bool idle, answered;
	int got;

	loop_after_turn(l, pool_pause, NULL);
	/* Blocked before the threads are made: they inherit it, and only who
	 * waits for one hears of it. */
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, CHORES_SIGNAL);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	sigdelset(&signals, CHORES_SIGNAL);
	if (!f || !start_loop(l) || !chores_start(s)) {
		log_event(s->app->program, "can not serve");
		exit(1);
	}
	log_event(s->app->program, "serving up to %u connections",
		  connections);
	while (sigwait(&signals, &got) != 0)
		continue;
	end = clock_ms() + STOP_MS;
	gateway_drain(f, STOP_MS);
	idle = chores_stop(s, end - clock_ms());
	answered = gateway_stop(f, end - clock_ms());
	log_event(s->app->program, answered ? "stopped"
					    : "stopped, in a request");
	/* Whatever a chore is in the middle of is begun anew by the next
	 * process; but nobody may clean up below it, or below a request. */
	if (!idle || !answered)
		_exit(0);
	/* The loop's thread ends with the process: it uses s. */
	exit(0);
}

/* Where the database is, as the role of the program. */
struct whereabouts {
	struct str database, role;
	unsigned read_lanes;
};

static struct db *open_db(const void *how)
{
	const struct whereabouts *w = how;

	return db_open(w->database, w->role, w->read_lanes);
}

static void serve_cgi(struct service *s, const struct whereabouts *w)
{
	struct gateway *g = gateway_open();
	const bool poked = serve_all(s, g);

	gateway_close(g);
	db_close(s->db);
	if (poked)
		chores_detach(s, open_db, w);
}

static struct whereabouts whereabouts(const struct config *c,
				      const struct app *app, struct arena *a)
{
	struct buf role;

	buf_init(&role, a);
	buf_addf(&role, "postern_%.*s", STR_ARG(app->program));
	return (struct whereabouts){
		.database = c->database,
		.role = buf_str(&role),
		.read_lanes = gateway_is_cgi() ? 0 : (unsigned)c->read_lanes,
	};
}

int app_run(const struct app *app)
{
	struct arena *a = arena_new(CONFIG_MEMORY);
	struct long_way long_way = { { 0 } };
	struct service s = {
		.app = app, .chores = PTHREAD_MUTEX_INITIALIZER,
		.long_way = &long_way,
	};
	struct whereabouts w;
	struct config c;

	/* Each further arena keeps what its threads once needed: with as many
	 * as glibc makes, half of a busy program's memory is that. */
	mallopt(M_ARENA_MAX, MALLOC_ARENAS);
	/* Blocks that wait in the fast bins are put together again whenever
	 * libfcgi wants its buffers: four times a request. */
	mallopt(M_MXFAST, 0);
	(void)wipe_what_is_freed();
	s.log_is_open = log_is_open();
	crypto_init();
	json_init();
	jose_init();
	fetch_init();
	signal(SIGPIPE, SIG_IGN);	/* it is an error of write() */
	secret_keep_in_process();
	secret_pin(&s.key, sizeof(s.key));
	if (!config_read(&c, a, app->program) ||
	    (app->needs_key && !config_read_key(&c, app->program, &s.key))) {
		arena_free(a);
		return 1;
	}
	w = whereabouts(&c, app, a);
	s.keys = jwk_cache_new();
	s.db = open_db(&w);
	if (s.db && !gateway_is_cgi())
		serve_fastcgi(&s, &c);
	if (s.db)
		serve_cgi(&s, &w);
	while (s.spare_count > 0)
		arena_free(s.spare[--s.spare_count]);
	jwk_cache_free(s.keys);
	arena_free(a);
	return s.db ? 0 : 1;
}
