/* gateway.c - where requests come from: FastCGI by libfcgi, or plain CGI. */
#include "http/gateway.h"

#include <errno.h>
#include <fcgiapp.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"

#define LISTENING 0	/* the descriptor that FastCGI hands a program */

struct gateway {
	FCGX_Request fcgi;
	bool cgi, served;
	bool all_read;		/* nothing of the request is still to come */
};

/*
 * The process's own, not a request's: who is in the middle of one, and whether
 * this is the end.
 */
static atomic_uint busy;
static atomic_bool stopping;
static bool accepts_itself;	/* set before the threads */

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
	return FCGX_IsCGI();
}

bool gateway_init(void)
{
	struct sockaddr_storage address = { 0 };
	socklen_t len = sizeof(address);

	if (gateway_is_cgi())
		return true;
	if (getsockname(LISTENING, (struct sockaddr *)&address, &len) < 0)
		return false;
	/* Over TCP libfcgi accepts, for it knows FCGI_WEB_SERVER_ADDRS. */
	accepts_itself = address.ss_family == AF_UNIX;
	if (!accepts_itself && !getenv("FCGI_WEB_SERVER_ADDRS")) {
		log_event(STR("gateway"), "refusing to listen on TCP: set "
			  "FCGI_WEB_SERVER_ADDRS, or use a unix socket");
		return false;
	}
	return FCGX_Init() == 0;
}

struct gateway *gateway_open(void)
{
	struct gateway *g = calloc(1, sizeof(*g));

	if (!g)
		return NULL;
	g->cgi = gateway_is_cgi();
	/* Where we accept, libfcgi must not: accept() fails on what is no
	 * socket at all. */
	FCGX_InitRequest(&g->fcgi, accepts_itself ? STDERR_FILENO : LISTENING,
			 0);
	return g;
}

void gateway_close(struct gateway *g)
{
	if (!g)
		return;
	FCGX_Free(&g->fcgi, 1);
	free(g);
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

/*
 * Up to n bytes of the body that have arrived, waiting for at least one; 0 at
 * its end or where it broke off.
 */
static size_t fcgi_piece(struct gateway *g, char *to, size_t n)
{
	FCGX_Stream *in = g->fcgi.in;
	size_t ready;
	int c = FCGX_GetChar(in);

	if (c < 0)
		return 0;
	*to = (char)c;
	ready = (size_t)(in->stop - in->rdNext);
	if (ready > n - 1)
		ready = n - 1;
	return 1 + (size_t)FCGX_GetStr(to + 1, (int)ready, in);
}

static size_t cgi_piece(char *to, size_t n, int ms)
{
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };
	ssize_t got;

	if (poll(&p, 1, ms) <= 0)
		return 0;
	do {
		got = read(STDIN_FILENO, to, n);
	} while (got < 0 && errno == EINTR);
	return got > 0 ? (size_t)got : 0;
}

/* At most n bytes: fewer where the body ends before, or time is up. */
static size_t read_up_to(struct gateway *g, char *to, size_t n,
			 struct request *rq)
{
	long long end = clock_ms() + GATEWAY_BODY_MS;
	size_t have = 0, piece;

	while (have < n) {
		piece = g->cgi ? cgi_piece(to + have, n - have,
					   GATEWAY_PIECE_MS)
			       : fcgi_piece(g, to + have, n - have);
		if (piece == 0)
			break;
		have += piece;
		if (clock_ms() > end) {
			rq->fault = REQUEST_SLOW;
			break;
		}
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
	if (length.len == 0 && (g->cgi || has_no_body(rq)))
		n = 0;
	if (length.len > 0 && n > REQUEST_BODY_MAX) {
		rq->fault = REQUEST_TOO_LARGE;
		return;
	}
	to = arena_alloc(a, (size_t)n + 1);
	have = read_up_to(g, to, (size_t)n, rq);
	rq->body = (struct str){ to, have };
	if (have > REQUEST_BODY_MAX)
		rq->fault = REQUEST_TOO_LARGE;
	else if (length.len > 0 && have < (size_t)n &&
		 rq->fault == REQUEST_OK)
		rq->fault = REQUEST_CUT;
	/* The record that ends the input may come by itself, as Apache's. */
	g->all_read = rq->fault == REQUEST_OK &&
		      (g->cgi ? length.len > 0 || has_no_body(rq)
			      : FCGX_GetChar(g->fcgi.in) < 0);
}

/*
 * A connection to read the next request from: the one that is kept, once
 * something comes on it, or a new one.  Until then this thread is idle.
 */
static bool fcgi_wait(struct gateway *g)
{
	struct timeval patience = { .tv_sec = GATEWAY_PIECE_MS / 1000 };
	struct pollfd p = { .events = POLLIN };

	if (!accepts_itself)
		return true;
	if (g->fcgi.ipcFd >= 0) {
		p.fd = g->fcgi.ipcFd;
		while (poll(&p, 1, -1) < 0)
			continue;
		return true;
	}
	do {
		g->fcgi.ipcFd = accept4(LISTENING, NULL, NULL, SOCK_CLOEXEC);
	} while (g->fcgi.ipcFd < 0 && (errno == EINTR ||
				       errno == ECONNABORTED));
	if (g->fcgi.ipcFd < 0)
		return false;
	setsockopt(g->fcgi.ipcFd, SOL_SOCKET, SO_RCVTIMEO, &patience,
		   sizeof(patience));
	/* FCGX_Accept_r() first finishes the request before, and would close
	 * this; the request itself says whether it is to be kept. */
	g->fcgi.keepConnection = 1;
	return true;
}

static bool fcgi_accept(struct gateway *g)
{
	FCGX_Finish_r(&g->fcgi);
	while (!atomic_load(&stopping)) {
		if (!fcgi_wait(g)) {
			/* Out of descriptors: let others finish first. */
			(void)poll(NULL, 0, 100);
			continue;
		}
		atomic_fetch_add(&busy, 1);
		/* Asked again now that gateway_stop() sees this one: what it
		 * does not wait for must not begin. */
		if (!atomic_load(&stopping) && FCGX_Accept_r(&g->fcgi) == 0)
			return true;
		atomic_fetch_sub(&busy, 1);
	}
	return false;
}

bool gateway_accept(struct gateway *g, struct arena *a, struct request *out)
{
	*out = (struct request){ .fault = REQUEST_OK };
	g->all_read = false;
	if (g->cgi) {
		if (g->served)
			return false;
		read_variables(out, a, environ);
	} else {
		if (!fcgi_accept(g))
			return false;
		read_variables(out, a, g->fcgi.envp);
	}
	join_path(out, a);
	if (!out->method.ptr)
		out->fault = REQUEST_BAD;
	if (out->fault == REQUEST_OK)
		read_body(g, a, out);
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
	size_t n = 0, piece;

	do {
		piece = cgi_piece(dropped, sizeof(dropped), GATEWAY_DRAIN_MS);
		n += piece;
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

/*
 * libfcgi ends a connection with a shutdown, and waits until the peer has
 * closed its side: the peer could still be sending, and would lose the answer
 * to an error (unix(7): unread data make a close a reset).  Where all was read,
 * with the record that ends it, closing is enough.
 */
static void fcgi_finish(struct gateway *g)
{
	const int fd = g->fcgi.ipcFd;
	const bool ours = accepts_itself && g->all_read &&
			  !g->fcgi.keepConnection && fd >= 0;

	if (ours)
		g->fcgi.keepConnection = 1;
	FCGX_Finish_r(&g->fcgi);
	if (!ours)
		return;
	close(fd);
	g->fcgi.ipcFd = -1;
	g->fcgi.keepConnection = 0;
}

/* Not flushed in between: what fits libfcgi's buffer goes by one write, with
 * the records that end the request. */
static void fcgi_answer(struct gateway *g, struct str text, struct str log)
{
	FCGX_PutStr(text.ptr, (int)text.len, g->fcgi.out);
	if (log.len > 0)
		FCGX_PutStr(log.ptr, (int)log.len, g->fcgi.err);
	fcgi_finish(g);
	atomic_fetch_sub(&busy, 1);
}

void gateway_answer(struct gateway *g, struct str text, struct str log)
{
	g->served = true;
	if (g->cgi)
		cgi_answer(g, text);
	else
		fcgi_answer(g, text, log);
}

bool gateway_stop(long long ms)
{
	long long end = clock_ms() + ms;

	atomic_store(&stopping, true);
	while (atomic_load(&busy) > 0) {
		if (clock_ms() > end)
			return false;
		(void)poll(NULL, 0, 5);
	}
	return true;
}
