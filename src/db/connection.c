/* connection.c - one connection to PostgreSQL, made when it is needed. */
#include "db/connection.h"

#include <poll.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/pool.h"
#include "db/hosts.h"

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

/* libpq's messages hold no password, but they have several lines; of a host
 * that says nothing they end where the reason would be. */
static void log_failure(PGconn *pg)
{
	struct str rest = str_of(PQerrorMessage(pg));
	struct str first = str_cut(&rest, '\n');

	log_event(STR("db"), "no connection to PostgreSQL: %.*s%s",
		  STR_ARG(first),
		  str_ends(first, STR("failed: ")) ? "no answer" : "");
}

/*
 * The server tells by a warning that it has given up waiting for the standby
 * that is to have the commit (synchronous_commit; its syncrep.c), and then says
 * that all is well.  Told by name: messages are translated.
 *
 * What it says while a connection is made is the operator's to know, and libpq
 * would write that to standard error in several lines, and as text.
 */
static void hear_notice(void *connection, const PGresult *notice)
{
	const char *from = PQresultErrorField(notice, PG_DIAG_SOURCE_FUNCTION);
	const char *text = PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY);
	struct connection *c = connection;

	if (from && str_eq(str_of(from), STR("SyncRepWaitForLSN")))
		c->commit_in_doubt = true;
	else if (text && !c->pg)
		log_event(STR("db"), "PostgreSQL says: %s", text);
}

struct opening {
	struct connection *c;
	const struct conninfo *info;
};

/* The first host that will do; each may take its share of the time left. */
static void open_now(void *arg)
{
	const struct opening *o = arg;
	struct connection *c = o->c;
	long long deadline = clock_ms() + CONNECTION_OPEN_MS;
	size_t attempts = hosts_attempts(o->info), n = 0;
	PGconn *tried[HOSTS_ATTEMPTS_MAX];

	while (!c->pg && n < attempts) {
		long long now = clock_ms();
		long long share = (deadline - now) / (long long)(attempts - n);

		tried[n] = hosts_start(o->info, n);
		(void)PQsetNoticeReceiver(tried[n], hear_notice, c);
		if (tried[n] && shake_hands(tried[n], now + share))
			c->pg = tried[n];
		else
			n++;
	}
	if (!c->pg)
		c->retry_at = clock_ms() + CONNECTION_RETRY_MS;
	while (n-- > 0) {
		if (!c->pg)
			log_failure(tried[n]);
		PQfinish(tried[n]);
	}
}

/* By a thread: names are resolved, files of certificates read, and a password
 * may be hashed some thousand times.  By one for each: the time to open it in
 * begins when a thread does, and must not be what another one takes. */
static bool open_connection(struct connection *c, const struct conninfo *info)
{
	static struct pool connecting = POOL(CONNECTIONS_MAX);
	struct opening o = { .c = c, .info = info };

	if (clock_ms() < c->retry_at)
		return false;
	pool_run(&connecting, open_now, &o);
	return c->pg != NULL;
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
