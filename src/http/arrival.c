/* arrival.c - a request on its way in, before anybody reads it. */
#include "http/arrival.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/loop.h"
#include "http/request.h"

/* What is looked at on the stack: more is rare. */
#define GLANCE_BYTES 8192

/* Bytes; 0: none yet; negative: none, ever. */
static ssize_t receive(int fd, char *to, size_t room, int flags)
{
	ssize_t n;

	do {
		n = recv(fd, to, room, MSG_DONTWAIT | flags);
	} while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EAGAIN)
		return 0;
	return n > 0 ? n : -1;
}

static enum record_state state_of(const char *bytes, size_t n)
{
	const enum record_state state =
		record_state((struct str){ bytes, n }, REQUEST_BODY_MAX);

	if (state == RECORD_WRONG)
		log_event(STR("gateway"), "a connection that has no FastCGI "
			  "request, or no good one, or that gave up");
	return state == RECORD_PART && n == ARRIVAL_BYTES ? RECORD_LONG : state;
}

/* Without taking anything; false: nothing is there yet.  A part that does not
 * fit is long: of what comes then, nothing could be seen here. */
static bool glance(int fd, enum record_state *state)
{
	char bytes[GLANCE_BYTES];
	const ssize_t n = receive(fd, bytes, sizeof(bytes), MSG_PEEK);

	*state = n < 0 ? RECORD_WRONG : RECORD_PART;
	if (n <= 0)
		return n < 0;
	*state = state_of(bytes, (size_t)n);
	if (*state == RECORD_PART && n == GLANCE_BYTES)
		*state = RECORD_LONG;
	explicit_bzero(bytes, (size_t)n);
	return true;
}

bool arrival_begins(int fd, enum record_state *state)
{
	while (!glance(fd, state))
		(void)fiber_wait_more(fd, -1);
	return *state != RECORD_WRONG;
}

struct piecemeal {
	char *bytes;
	size_t count;
	long long end;
};

/* All that is there; false: nothing more will come.  That is told once, with
 * what came last, and not again by fiber_wait_more(). */
static bool take(int fd, struct piecemeal *p)
{
	while (p->count < ARRIVAL_BYTES) {
		const ssize_t n = receive(fd, p->bytes + p->count,
					  ARRIVAL_BYTES - p->count, 0);

		if (n <= 0)
			return n == 0;
		p->count += (size_t)n;
	}
	return true;
}

static enum arrival take_all(int fd, struct piecemeal *p)
{
	for (;;) {
		const bool more = take(fd, p);
		const enum record_state state = state_of(p->bytes, p->count);
		long long piece_end;

		if (state == RECORD_WRONG || (state == RECORD_PART && !more))
			return ARRIVAL_NONE;
		if (state != RECORD_PART)
			return ARRIVAL_DONE;
		piece_end = clock_ms() + ARRIVAL_PIECE_MS;
		if (!fiber_wait_more(fd, piece_end < p->end ? piece_end
							    : p->end))
			return ARRIVAL_LATE;
	}
}

/* A file in memory that is read from its beginning; -1: none is to be had. */
static int file_of(const struct piecemeal *p)
{
	const int fd = memfd_create("request", MFD_CLOEXEC);

	if (fd < 0)
		return -1;
	if (write(fd, p->bytes, p->count) == (ssize_t)p->count &&
	    lseek(fd, 0, SEEK_SET) == 0)
		return fd;
	close(fd);
	return -1;
}

static enum arrival take_piecemeal(int fd, int *from)
{
	struct piecemeal p = {
		.bytes = malloc(ARRIVAL_BYTES),
		.end = clock_ms() + ARRIVAL_MS,
	};
	enum arrival arrival;

	if (!p.bytes)
		abort();
	arrival = take_all(fd, &p);
	if (arrival != ARRIVAL_NONE)
		*from = file_of(&p);
	if (*from < 0)
		arrival = ARRIVAL_NONE;
	explicit_bzero(p.bytes, p.count);
	free(p.bytes);
	return arrival;
}

enum arrival arrival_await(int fd, enum record_state state, int *from)
{
	const long long end = clock_ms() + ARRIVAL_WHOLE_MS;

	/* Apache writes a request in three or more pieces; and the first wait
	 * may be for what was there already. */
	while (state == RECORD_PART && fiber_wait_more(fd, end))
		(void)glance(fd, &state);
	*from = fd;
	if (state == RECORD_WHOLE)
		return ARRIVAL_DONE;
	return state == RECORD_WRONG ? ARRIVAL_NONE
				     : take_piecemeal(fd, from);
}

void arrival_drop(int fd)
{
	const long long end = clock_ms() + ARRIVAL_LINGER_MS;
	char dropped[GLANCE_BYTES];
	ssize_t n;

	(void)shutdown(fd, SHUT_WR);
	do {
		n = receive(fd, dropped, sizeof(dropped), 0);
	} while (n > 0 || (n == 0 && fiber_wait_more(fd, end)));
	explicit_bzero(dropped, sizeof(dropped));
}
