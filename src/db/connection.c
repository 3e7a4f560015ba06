/* connection.c - one connection to PostgreSQL, made when it is needed. */
#include "db/connection.h"

#include <poll.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/pool.h"

const struct query_text query_texts[QUERY_COUNT] = {
#include "db/queries.inc"
};

void connection_drop(struct connection *c)
{
	PQfinish(c->pg);
	*c = (struct connection){ .retry_at = c->retry_at };
}

bool connection_wait(struct connection *c, bool writable, long long deadline)
{
	short events = POLLIN;

	if (writable)
		events |= POLLOUT;
	return fiber_wait(PQsocket(c->pg), events, deadline);
}

/* The handshake, one poll at a time (libpq's manual, section 34.1). */
static bool shake_hands(PGconn *pg, long long deadline)
{
	PostgresPollingStatusType state = PGRES_POLLING_WRITING;

	if (PQstatus(pg) == CONNECTION_BAD)
		return false;
	while (state != PGRES_POLLING_OK) {
		short events = state == PGRES_POLLING_READING ? POLLIN
							      : POLLOUT;

		if (state == PGRES_POLLING_FAILED ||
		    !fiber_wait(PQsocket(pg), events, deadline))
			return false;
		state = PQconnectPoll(pg);
	}
	return PQsetnonblocking(pg, 1) == 0 && PQenterPipelineMode(pg) == 1;
}

/* libpq's messages hold no password, but they have several lines. */
static void log_failure(PGconn *pg)
{
	struct str rest = str_of(PQerrorMessage(pg));
	struct str first = str_cut(&rest, '\n');

	log_event(STR("db"), "no connection to PostgreSQL: %.*s",
		  STR_ARG(first));
}

static void ignore_notice(void *arg, const char *message)
{
	(void)arg;
	(void)message;
}

struct opening {
	struct connection *c;
	const struct conninfo *info;
	bool done;
};

static void open_now(void *arg)
{
	struct opening *o = arg;
	struct connection *c = o->c;
	long long deadline = clock_ms() + CONNECTION_OPEN_MS;

	c->pg = PQconnectStartParams(o->info->keywords, o->info->values, 0);
	if (c->pg && shake_hands(c->pg, deadline)) {
		PQsetNoticeProcessor(c->pg, ignore_notice, NULL);
		o->done = true;
		return;
	}
	log_failure(c->pg);
	connection_drop(c);
	c->retry_at = clock_ms() + CONNECTION_RETRY_MS;
}

/* By a thread: names are resolved, files of certificates read, and a password
 * may be hashed some thousand times. */
static bool open_connection(struct connection *c, const struct conninfo *info)
{
	static struct pool connecting = POOL(4);
	struct opening o = { .c = c, .info = info };

	if (clock_ms() < c->retry_at)
		return false;
	pool_run(&connecting, open_now, &o);
	return o.done;
}

/* Between batches the server has nothing to say but that it is going. */
static bool closed_meanwhile(struct connection *c)
{
	struct pollfd p = { .fd = PQsocket(c->pg), .events = POLLIN };

	if (PQstatus(c->pg) != CONNECTION_OK)
		return true;
	/* First its last words, if there are any, and then the end. */
	while (poll(&p, 1, 0) > 0) {
		if ((p.revents & (POLLHUP | POLLERR)) != 0 ||
		    PQconsumeInput(c->pg) != 1 ||
		    PQstatus(c->pg) != CONNECTION_OK)
			return true;
	}
	return false;
}

bool connection_ready(struct connection *c, const struct conninfo *info)
{
	if (c->pg && closed_meanwhile(c))
		connection_drop(c);
	return c->pg || open_connection(c, info);
}
