/*
 * arrival.h - a request on its way in, before anybody reads it.
 *
 * Most have arrived as a whole when they are looked at, and stay in the socket
 * for libfcgi to read.  Others have to be taken out of it piece by piece: a
 * peer that waits for room (unix(7): poll() says that there is some while less
 * than a quarter is taken) would wait for ever.
 */
#ifndef HTTP_ARRIVAL_H
#define HTTP_ARRIVAL_H

#include <stdbool.h>
#include <stddef.h>

#include "http/record.h"

/* A whole request: the longest body, and what web servers let pass of header
 * fields. */
#define ARRIVAL_BYTES ((size_t)160 << 10)

/* Milliseconds: before it is taken out, all of a request, each piece of it, and
 * how long a connection is read on whose request was refused before all of it
 * had come. */
#define ARRIVAL_WHOLE_MS 20
#define ARRIVAL_MS 30000
#define ARRIVAL_PIECE_MS 10000
#define ARRIVAL_LINGER_MS 2000

enum arrival {
	ARRIVAL_DONE,	/* it can be read, as far as anybody wants to */
	ARRIVAL_LATE,	/* time is up: its beginning can be read, perhaps */
	ARRIVAL_NONE	/* the peer is gone, or speaks no FastCGI */
};

/* Wait for a first byte, however long; *state is what is there then.  False:
 * the peer is gone, or speaks no FastCGI. */
bool arrival_begins(int fd, enum record_state *state);

/*
 * Wait for the rest, where arrival_begins() has found this state.  *from: what
 * to read the request from, without waiting: fd, or a file in memory, which is
 * the caller's to close.
 */
enum arrival arrival_await(int fd, enum record_state state, int *from);

/*
 * Say that this is the end, and drop what still comes until the peer has heard
 * it: closing while something is unread is a reset (unix(7)), and the peer
 * would lose the answer.
 */
void arrival_drop(int fd);

#endif
