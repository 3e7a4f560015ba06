/*
 * load.c - ask a web server as fast as it answers, and check every answer.
 *
 *	load SCRIPT CONNECTIONS SECONDS
 *
 * One thread, one epoll, a request in flight on each connection: at 64 of them
 * it needs a third of a core where wrk needs as much without looking at a body,
 * and what an answer's check costs, one search, is the same for whatever is
 * measured.  SCRIPT is lines of a word and its argument:
 *
 *	host 127.0.0.1:8080
 *	own FILE	its line N is {0} of connection N; written back at the end
 *	list FILE	its next line is {0} of the next flow
 *	step 200	a request of the flow, and the status that it must have
 *	head TEXT	a line of its head; {0} to {3} are the connection's own
 *	body TEXT
 *	find TEXT	must be in the answer, head or body
 *	take N TEXT	what follows TEXT in the answer becomes {N}
 *
 * Prints one line of JSON.  A flow is all steps; its time is from the first
 * byte sent to the last received.  No flow is begun after SECONDS, those begun
 * are finished but do not count: so nothing is cut off half way, and what is in
 * own FILE is good.
 */
#include <assert.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "load_connection.h"
#include "load_script.h"

#define CONNECTIONS	1024
#define GRACE_NS	180000000000ull	/* for those begun, at the end */

struct tally {
	uint64_t start, deadline, end;	/* end: of the last flow */
	uint32_t *flow_us;	/* of those that ended before the deadline */
	size_t flows, room;
	size_t late;		/* flows that ended after it: they come last */
	size_t bad;
	size_t busy;		/* connections in the middle of a flow */
};

static uint64_t now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void write_back(const struct script *s, const struct connection *conns,
		       size_t n)
{
	FILE *f;

	if (!s->own)
		return;
	f = fopen(s->own, "w");
	if (!f)
		die("can not write the own file");
	for (size_t i = 0; i < s->lines; i++)
		fprintf(f, "%s\n", i < n ? conns[i].var[0] : s->line[i]);
	if (fclose(f) != 0)
		die("can not write the own file");
}

static void open_connection(int epoll, struct connection *c,
			    const struct script *s)
{
	struct epoll_event e = { .events = EPOLLIN, .data.ptr = c };
	int one = 1;

	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0)
		die("no socket");
	if (connect(c->fd, (const struct sockaddr *)&s->host,
		    sizeof(s->host)) < 0)
		die("can not connect");
	(void)setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &e) < 0)
		die("epoll_ctl fails");
}

static void close_connection(struct connection *c)
{
	if (c->fd >= 0)
		(void)close(c->fd);
	c->fd = -1;
}

/* A request is small: the socket takes it whole, or the server is gone. */
static void send_step(int epoll, struct connection *c, const struct script *s)
{
	write_request(c, &s->step[c->step]);
	c->is_busy = true;
	if (c->fd < 0)
		open_connection(epoll, c, s);
	if (send(c->fd, c->out, c->out_len, MSG_NOSIGNAL) !=
	    (ssize_t)c->out_len) {
		/* Closed while it was idle: once more, on a new one. */
		close_connection(c);
		open_connection(epoll, c, s);
		if (send(c->fd, c->out, c->out_len, MSG_NOSIGNAL) !=
		    (ssize_t)c->out_len)
			die("can not send");
	}
}

static void begin_flow(int epoll, struct connection *c, struct script *s,
		       struct tally *t)
{
	if (now_ns() >= t->deadline)
		return;
	if (s->lines > 0 && !s->own) {
		set_var(c->var[0], s->line[s->next]);
		s->next = (s->next + 1) % s->lines;
	}
	c->step = 0;
	t->busy++;
	c->began = now_ns();
	send_step(epoll, c, s);
}

static void end_flow(const struct connection *c, struct tally *t)
{
	uint64_t end = now_ns();

	t->busy--;
	t->end = end;
	if (t->flows + t->late == t->room) {
		t->room = t->room ? 2 * t->room : 65536;
		t->flow_us = realloc(t->flow_us,
				     t->room * sizeof(*t->flow_us));
		assert(t->flow_us);
	}
	t->flow_us[t->flows + t->late] = (uint32_t)((end - c->began) / 1000);
	if (end > t->deadline)
		t->late++;
	else
		t->flows++;
}

static void say_bad(const struct connection *c, struct tally *t,
		    const char *why)
{
	if (t->bad++ == 0)
		fprintf(stderr, "load: %s at step %zu:\n%.2000s\n", why,
			c->step + 1, c->in);
}

static void answered(int epoll, struct connection *c, struct script *s,
		     struct tally *t, const struct answer *a)
{
	bool good = is_good(c, &s->step[c->step], a);

	c->is_busy = false;
	if (a->closes)
		close_connection(c);
	if (good && ++c->step < s->steps) {
		send_step(epoll, c, s);
		return;
	}
	if (!good) {
		say_bad(c, t, "not the answer that is wanted");
		t->busy--;
	} else {
		end_flow(c, t);
	}
	begin_flow(epoll, c, s, t);
}

static void readable(int epoll, struct connection *c, struct script *s,
		     struct tally *t)
{
	ssize_t n = recv(c->fd, c->in + c->in_len, IN_LEN - c->in_len, 0);
	struct answer a;
	bool at_end = n <= 0;

	if (!c->is_busy) {
		/* It has done its last, and the server waits no longer. */
		close_connection(c);
		return;
	}
	if (n > 0)
		c->in_len += (size_t)n;
	c->in[c->in_len] = '\0';
	if (c->in_len == IN_LEN)
		die("an answer is too long");
	if (read_head(c, &a) && is_complete(c, &a, at_end)) {
		a.closes = a.closes || at_end;
		answered(epoll, c, s, t, &a);
	} else if (at_end) {
		say_bad(c, t, "the connection ends");
		close_connection(c);
		c->is_busy = false;
		t->busy--;
		begin_flow(epoll, c, s, t);
	}
}

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* Milliseconds that so many of 1000 flows took at most. */
static double quantile(const struct tally *t, size_t of_1000)
{
	size_t at;

	if (t->flows == 0)
		return 0;
	at = (t->flows - 1) * of_1000 / 1000;
	return t->flow_us[at] / 1000.0;
}

static void report(struct tally *t, double seconds)
{
	struct rusage used;
	double cpu;

	(void)getrusage(RUSAGE_SELF, &used);
	cpu = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
	      (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
	if (t->flows == 0) {	/* each takes longer than all should */
		t->flows = t->late;
		t->late = 0;
		seconds = (double)(t->end - t->start) / 1e9;
	}
	if (t->flows > 0)
		qsort(t->flow_us, t->flows, sizeof(*t->flow_us), by_value);
	printf("{\"flows\": %zu, \"late\": %zu, \"bad\": %zu, "
	       "\"rate\": %.3f, \"p50\": %.3f, \"p99\": %.3f, "
	       "\"max\": %.3f, \"cpu\": %.4f}\n",
	       t->flows, t->late, t->bad, (double)t->flows / seconds,
	       quantile(t, 500), quantile(t, 990), quantile(t, 1000), cpu);
}

static void run(int epoll, struct connection *conns, size_t n,
		struct script *s, struct tally *t)
{
	struct epoll_event events[64];

	for (size_t i = 0; i < n; i++) {
		conns[i].fd = -1;
		if (s->own)
			set_var(conns[i].var[0], s->line[i]);
		begin_flow(epoll, &conns[i], s, t);
	}
	while (t->busy > 0) {
		int ready = epoll_wait(epoll, events, 64, 1000);

		for (int i = 0; i < ready; i++)
			readable(epoll, events[i].data.ptr, s, t);
		if (now_ns() > t->deadline + GRACE_NS)
			die("no answer in 3 minutes");
	}
}

int main(int argc, char **argv)
{
	static struct script s;
	struct tally t = { 0 };
	struct connection *conns;
	double seconds;
	size_t n;
	int epoll;

	if (argc != 4)
		die("usage: load SCRIPT CONNECTIONS SECONDS");
	read_script(&s, argv[1]);
	n = strtoul(argv[2], NULL, 10);
	seconds = strtod(argv[3], NULL);
	if (n == 0 || n > CONNECTIONS || !(seconds > 0))
		die("so many connections, or seconds, can not be");
	if (s.own && s.lines < n)
		die("the own file has too few lines");
	conns = calloc(n, sizeof(*conns));
	epoll = epoll_create1(EPOLL_CLOEXEC);
	if (!conns || epoll < 0)
		die("no memory, or no epoll");
	t.start = now_ns();
	t.deadline = t.start + (uint64_t)(seconds * 1e9);
	run(epoll, conns, n, &s, &t);
	write_back(&s, conns, n);
	report(&t, seconds);
	free(conns);
	free(t.flow_us);
	return t.bad > 0;
}
