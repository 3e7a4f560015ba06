/*
 * connection.h - one connection to PostgreSQL, made when it is needed.
 *
 * Not for several at once: a lane's leader has it.
 */
#ifndef DB_CONNECTION_H
#define DB_CONNECTION_H

#include <libpq-fe.h>

#include "base/str.h"
#include "db/queries.h"

/* Milliseconds.  A request waits for a connection for less than the two seconds
 * in which it must have its 503; a statement may take longer. */
#define CONNECTION_OPEN_MS 1500
#define CONNECTION_RETRY_MS 100
#define CONNECTION_STATEMENT_MS 4000
#define CONNECTION_ANSWER_MS 5000

/* Of a process: one for each lane that it may have (db.c). */
#define CONNECTIONS_MAX 10

/* Keywords and values as PQconnectStartParams() takes them. */
struct conninfo {
	const char **keywords, **values;
};

/* What an array of keys may have (share.h), and its binary form takes. */
#define SHARE_KEYS_MAX 128
#define SHARE_KEY_BYTES 32
#define SHARE_ARRAY_BYTES (5 * 4 + SHARE_KEYS_MAX * (4 + SHARE_KEY_BYTES))

struct connection {
	PGconn *pg;			/* NULL: not connected */
	bool prepared[QUERY_COUNT];	/* on this connection */
	unsigned char keys[SHARE_ARRAY_BYTES];	/* share_keys() */
	long long retry_at;	/* after a failure not before (clock_ms) */
	bool commit_in_doubt;	/* said to be done, and may be lost yet */
};

/* Whom one execution may serve (share.h). */
enum query_serves { SERVES_ONE, SERVES_SAME, SERVES_KEYS };

struct query_text {
	const char *name, *sql;
	enum query_serves serves;
};
extern const struct query_text query_texts[QUERY_COUNT];

/*
 * Is it connected, or can it be made so before CONNECTION_OPEN_MS have passed,
 * to the first of its hosts that will do?
 * A connection that the server has closed meanwhile is noticed and replaced
 * here, before anything is sent on it.  Names are not in that time: libpq has
 * them resolved by getaddrinfo(), which takes as long as resolv.conf lets it.
 */
bool connection_ready(struct connection *c, const struct conninfo *info);

/* Close it; the next connection_ready() makes another. */
void connection_drop(struct connection *c);

/* Wait until the socket is readable, or writable where asked, or the deadline
 * (clock_ms) has passed: false. */
bool connection_wait(struct connection *c, bool writable, long long deadline);

#endif
