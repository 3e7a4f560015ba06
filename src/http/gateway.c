/* gateway.c - where requests come from: FastCGI by libfcgi, or plain CGI. */
#include "http/gateway.h"

#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/pool.h"
#include "http/arrival.h"
#include "http/listener.h"

#define LISTENING 0	/* the descriptor that FastCGI hands a program */

/* An answer that a socket's buffer takes at once. */
#define ANSWER_AT_ONCE ((size_t)64 << 10)

/* What all connections share. */
struct front {
	struct listener *listener;
	void (*serve)(struct gateway *g, void *arg);
	void *arg;
	atomic_uint busy;	/* in the middle of a request */
	atomic_bool stopping;	/* each connection ends with its next answer */
	atomic_bool stopped;	/* no request begins */
};

struct gateway {
	FCGX_Request fcgi;
	struct front *front;	/* NULL: plain CGI */
	int fd;			/* its connection; negative: none, or closed */
	bool served;
	bool all_read;		/* nothing of the request is still to come */
};

/* What we read of a request, and where it goes. */
static const struct variable {
	struct str name;
	size_t offset, max;
	enum request_fault fault;	/* where it is longer */
} variables[] = {
#define VARIABLE(name, member, max, fault) \
	{ STR_INIT(name), offsetof(struct request, member), max, fault }
	VARIABLE("REQUEST_METHOD", method, 32, REQUEST_BAD),
	VARIABLE("QUERY_STRING", query, REQUEST_QUERY_MAX,
		 REQUEST_QUERY_TOO_LONG),
	VARIABLE("CONTENT_TYPE", content_type, REQUEST_HEADER_MAX,
		 REQUEST_HEADERS_TOO_LONG),
	VARIABLE("CONTENT_LENGTH", content_length, REQUEST_HEADER_MAX,
		 REQUEST_BAD),
	VARIABLE("SCRIPT_NAME", script_name, REQUEST_QUERY_MAX,
		 REQUEST_QUERY_TOO_LONG),
	VARIABLE("PATH_INFO", path_info, REQUEST_QUERY_MAX,
		 REQUEST_QUERY_TOO_LONG),
	VARIABLE("REMOTE_ADDR", remote_addr, 64, REQUEST_BAD),
	VARIABLE("HTTP_AUTHORIZATION", authorization, REQUEST_HEADER_MAX,
		 REQUEST_HEADERS_TOO_LONG),
	VARIABLE("HTTP_COOKIE", cookie, REQUEST_HEADER_MAX,
		 REQUEST_HEADERS_TOO_LONG),
	VARIABLE("HTTP_ORIGIN", origin, REQUEST_HEADER_MAX,
		 REQUEST_HEADERS_TOO_LONG),
	VARIABLE("HTTP_ACCEPT", accept, REQUEST_HEADER_MAX,
		 REQUEST_HEADERS_TOO_LONG),
	VARIABLE("HTTP_ACCEPT_LANGUAGE", languages, REQUEST_HEADER_MAX,
		 REQUEST_HEADERS_TOO_LONG),
#undef VARIABLE
};

bool gateway_is_cgi(void)
{
	/* Without memory FCGX_IsCGI() would exit, and not say a word. */
	if (FCGX_Init() != 0)
		abort();
	return FCGX_IsCGI();
}

struct gateway *gateway_open(void)
{
	struct gateway *g = calloc(1, sizeof(*g));

	if (!g)
		abort();
	/* Connections are accepted by listener.c, and libfcgi is not to: there
	 * is nobody to accept at standard error. */
	FCGX_InitRequest(&g->fcgi, STDERR_FILENO, 0);
	g->fd = -1;
	return g;
}

void gateway_close(struct gateway *g)
{
	if (!g)
		return;
	if (g->fd >= 0)
		close(g->fd);
	FCGX_Free(&g->fcgi, 0);
	free(g);
}

static void serve_connection(int fd, void *front)
{
	struct front *f = front;
	struct gateway *g = gateway_open();

	g->front = f;
	g->fd = fd;
	f->serve(g, f->arg);
	gateway_close(g);
}

struct front *gateway_listen(struct loop *l, unsigned most,
			     void (*serve)(struct gateway *g, void *arg),
			     void *arg)
{
	struct front *f;

	/* Where libfcgi closes, after an error, it would wait for the peer. */
	if (!listener_check(LISTENING) ||
	    setenv("LIBFCGI_OS_CLOSE_POLL_TIMEOUT", "0", 1) < 0 ||
	    FCGX_Init() != 0)
		return NULL;
	f = calloc(1, sizeof(*f));
	if (!f)
		abort();
	f->serve = serve;
	f->arg = arg;
	f->listener = listener_open(l, LISTENING, most, serve_connection, f);
	return f;
}

static bool set_variable(struct request *rq, struct arena *a,
			 const struct variable *v, struct str value)
{
	struct str *member = (struct str *)(void *)((char *)rq + v->offset);

	/* libfcgi would give us the first of two; neither is to be trusted. */
	if (member->ptr) {
		rq->fault = REQUEST_BAD;
		return false;
	}
	if (value.len > v->max) {
		if (rq->fault == REQUEST_OK)
			rq->fault = v->fault;
		return false;
	}
	*member = str_dup(a, value);
	return true;
}

static void read_variables(struct request *rq, struct arena *a, char **envp)
{
	for (; envp && *envp; envp++) {
		struct str value = str_of(*envp);
		struct str name = str_cut(&value, '=');

		for (size_t i = 0;
		     i < sizeof(variables) / sizeof(variables[0]); i++) {
			if (!str_eq(name, variables[i].name))
				continue;
			(void)set_variable(rq, a, &variables[i], value);
			break;
		}
	}
}

/* Web servers hand it over decoded, and a Location is made from it. */
static bool is_path(struct str path)
{
	for (size_t i = 0; i < path.len; i++) {
		unsigned char c = (unsigned char)path.ptr[i];

		if (c < 0x20 || c == 0x7f || c == '\\')
			return false;
	}
	return true;
}

static void join_path(struct request *rq, struct arena *a)
{
	size_t n = rq->script_name.len + rq->path_info.len;
	char *path = arena_alloc(a, n + 1);

	if (rq->script_name.len)
		memcpy(path, rq->script_name.ptr, rq->script_name.len);
	if (rq->path_info.len)
		memcpy(path + rq->script_name.len, rq->path_info.ptr,
		       rq->path_info.len);
	rq->path = (struct str){ path, n };
	/* In a redirect two slashes would begin another host's name. */
	while (str_starts(rq->path, STR("//")))
		rq->path = str_skip(rq->path, 1);
	if (!is_path(rq->path) && rq->fault == REQUEST_OK)
		rq->fault = REQUEST_BAD;
}

/* Bytes; 0: there are no more; negative: none came within ms. */
static ssize_t cgi_piece(char *to, size_t n, int ms)
{
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };
	ssize_t got;

	if (poll(&p, 1, ms) <= 0)
		return -1;
	do {
		got = read(STDIN_FILENO, to, n);
	} while (got < 0 && errno == EINTR);
	return got > 0 ? got : 0;
}

/* At most n bytes: fewer where the body ends before, or time is up. */
static size_t cgi_read(char *to, size_t n, struct request *rq)
{
	long long end = clock_ms() + GATEWAY_BODY_MS;
	ssize_t piece = 1;
	size_t have = 0;

	while (have < n && piece > 0 && rq->fault == REQUEST_OK) {
		piece = cgi_piece(to + have, n - have, GATEWAY_PIECE_MS);
		if (piece > 0)
			have += (size_t)piece;
		if (piece < 0 || clock_ms() > end)
			rq->fault = REQUEST_SLOW;
	}
	return have;
}

static bool has_no_body(const struct request *rq)
{
	return str_eq(rq->method, STR("GET")) ||
	       str_eq(rq->method, STR("HEAD"));
}

/*
 * CONTENT_LENGTH bytes, or, where a chunked body has none, up to the end.
 * Nothing is allocated before the length is known to be in bounds.
 */
static void read_body(struct gateway *g, struct arena *a, struct request *rq)
{
	struct str length = rq->content_length;
	long long n = REQUEST_BODY_MAX + 1;
	char *to;
	size_t have;

	if (length.len > 0 && !str_number(length, &n)) {
		rq->fault = REQUEST_BAD;
		return;
	}
	if (length.len == 0 && (!g->front || has_no_body(rq)))
		n = 0;
	if (length.len > 0 && n > REQUEST_BODY_MAX) {
		rq->fault = REQUEST_TOO_LARGE;
		return;
	}
	to = arena_alloc(a, (size_t)n + 1);
	/* By FastCGI all of it that will be read has arrived. */
	have = g->front ? (size_t)FCGX_GetStr(to, (int)n, g->fcgi.in)
			: cgi_read(to, (size_t)n, rq);
	rq->body = (struct str){ to, have };
	if (have > REQUEST_BODY_MAX)
		rq->fault = REQUEST_TOO_LARGE;
	else if (length.len > 0 && have < (size_t)n &&
		 rq->fault == REQUEST_OK)
		rq->fault = REQUEST_CUT;
	/* The record that ends the input may come by itself, as Apache's. */
	g->all_read = rq->fault == REQUEST_OK &&
		      (g->front ? FCGX_GetChar(g->fcgi.in) < 0
				: length.len > 0 || has_no_body(rq));
}

/* The variables, what follows from them, and the body. */
static void read_request(struct gateway *g, struct arena *a, char **envp,
			 struct request *rq)
{
	read_variables(rq, a, envp);
	join_path(rq, a);
	if (!rq->method.ptr)
		rq->fault = REQUEST_BAD;
	if (rq->fault == REQUEST_OK)
		read_body(g, a, rq);
}

/* Let libfcgi read it from there; false: it can not. */
static bool fcgi_read(struct gateway *g, int from)
{
	g->fcgi.ipcFd = from;
	/* Or FCGX_Accept_r(), which first finishes the request before, would
	 * close it; each request says whether it is to be kept. */
	g->fcgi.keepConnection = 1;
	if (FCGX_Accept_r(&g->fcgi) == 0)
		return true;
	/* And has closed it. */
	if (from == g->fd)
		g->fd = -1;
	return false;
}

/*
 * From the connection, or, where it came piecemeal, from a file: then the
 * connection takes the file's place for the answer.
 */
static bool fcgi_begin(struct gateway *g, enum record_state state,
		       struct arena *a, struct request *out)
{
	int from = g->fd;
	const enum arrival arrival = arrival_await(g->fd, state, &from);
	bool begun;

	if (arrival == ARRIVAL_NONE)
		return false;
	if (arrival == ARRIVAL_LATE)
		out->fault = REQUEST_SLOW;
	begun = fcgi_read(g, from);
	if (begun)
		read_request(g, a, g->fcgi.envp, out);
	if (begun && from != g->fd)
		close(from);
	g->fcgi.ipcFd = g->fd;
	return begun;
}

/* Counted among the busy, as far as gateway_stop() is to wait for it. */
static bool fcgi_begin_counted(struct gateway *g, enum record_state state,
			       struct arena *a, struct request *out)
{
	struct front *f = g->front;

	atomic_fetch_add(&f->busy, 1);
	/* Asked again now that gateway_stop() sees this one: what it does not
	 * wait for must not begin. */
	if (!atomic_load(&f->stopped) && fcgi_begin(g, state, a, out))
		return true;
	atomic_fetch_sub(&f->busy, 1);
	return false;
}

static bool fcgi_accept(struct gateway *g, struct arena *a,
			struct request *out)
{
	enum record_state state;

	if (g->fd < 0 || atomic_load(&g->front->stopped))
		return false;
	if (arrival_begins(g->fd, &state) &&
	    fcgi_begin_counted(g, state, a, out))
		return true;
	if (g->fd >= 0)
		arrival_drop(g->fd);
	return false;
}

bool gateway_accept(struct gateway *g, struct arena *a, struct request *out)
{
	*out = (struct request){ .fault = REQUEST_OK };
	g->all_read = false;
	if (g->front)
		return fcgi_accept(g, a, out);
	if (g->served)
		return false;
	read_request(g, a, environ, out);
	return true;
}

/*
 * What is left of a body that was refused, or whose length nobody said: Apache
 * is still writing it, and would lose the answer if this process were gone.
 */
static void cgi_drain(void)
{
	const long long end = clock_ms() + GATEWAY_DRAIN_MS;
	char dropped[16384];
	size_t n = 0;
	ssize_t piece;

	do {
		piece = cgi_piece(dropped, sizeof(dropped), GATEWAY_DRAIN_MS);
		if (piece > 0)
			n += (size_t)piece;
	} while (piece > 0 && n < GATEWAY_DRAIN_BYTES && clock_ms() < end);
}

static void cgi_answer(struct gateway *g, struct str text)
{
	while (text.len > 0) {
		ssize_t n = write(STDOUT_FILENO, text.ptr, text.len);

		if (n < 0 && errno != EINTR)
			return;
		if (n > 0)
			text = str_skip(text, (size_t)n);
	}
	close(STDOUT_FILENO);
	if (!g->all_read)
		cgi_drain();
}

struct answer {
	struct gateway *g;
	struct str text, log;
};

/* Not flushed in between: what fits libfcgi's buffer goes by one write, with
 * the records that end the request. */
static void answer_now(void *arg)
{
	const struct answer *in = arg;
	FCGX_Request *fcgi = &in->g->fcgi;

	FCGX_PutStr(in->text.ptr, (int)in->text.len, fcgi->out);
	if (in->log.len > 0)
		FCGX_PutStr(in->log.ptr, (int)in->log.len, fcgi->err);
	FCGX_Finish_r(fcgi);
}

/* One that may have to wait for its reader. */
static void answer_elsewhere(struct answer *in)
{
	static struct pool answering = POOL(4);
	const int fd = in->g->fd;
	const struct timeval patience = { ARRIVAL_PIECE_MS / 1000, 0 };

	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	(void)fcntl(fd, F_SETFL, 0);
	pool_run(&answering, answer_now, in);
	if (in->g->fcgi.ipcFd >= 0)
		(void)fcntl(fd, F_SETFL, O_NONBLOCK);
}

/* libfcgi would end a connection by a shutdown and wait for the peer: we do
 * that ourselves, and only where something may still come. */
static void end_connection(struct gateway *g)
{
	if (!g->all_read)
		arrival_drop(g->fd);
	close(g->fd);
	g->fd = -1;
}

static void fcgi_answer(struct gateway *g, struct str text, struct str log)
{
	struct answer in = { g, text, log };
	const bool keep = g->fcgi.keepConnection && g->all_read &&
			  !atomic_load(&g->front->stopping);

	g->fcgi.keepConnection = 1;
	if (text.len + log.len > ANSWER_AT_ONCE)
		answer_elsewhere(&in);
	else
		answer_now(&in);
	/* Where the peer was gone, libfcgi has closed it. */
	if (g->fcgi.ipcFd < 0)
		g->fd = -1;
	if (!keep && g->fd >= 0)
		end_connection(g);
	/* Last: once nobody is busy, the process may end. */
	atomic_fetch_sub(&g->front->busy, 1);
}

void gateway_answer(struct gateway *g, struct str text, struct str log)
{
	g->served = true;
	if (g->front)
		fcgi_answer(g, text, log);
	else
		cgi_answer(g, text);
}

void gateway_drain(struct front *f, long long ms)
{
	const long long end = clock_ms() + ms;

	listener_stop(f->listener);
	atomic_store(&f->stopping, true);
	do {
		(void)poll(NULL, 0, GATEWAY_GRACE_MS);
	} while (atomic_load(&f->busy) > 0 && clock_ms() < end);
}

bool gateway_stop(struct front *f, long long ms)
{
	const long long end = clock_ms() + ms;

	/* Who begins while it is set is seen the next time. */
	while (atomic_load(&f->busy) > 0 ||
	       !atomic_exchange(&f->stopped, true)) {
		if (clock_ms() > end)
			return atomic_load(&f->busy) == 0;
		(void)poll(NULL, 0, 5);
	}
	return true;
}
