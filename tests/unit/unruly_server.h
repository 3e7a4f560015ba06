/*
 * unruly_server.h - a server that does as it likes: threads of this program,
 * on the loopback.
 *
 * As in tap.h, one test program is one file: all here is static.
 */
#ifndef TESTS_UNRULY_SERVER_H
#define TESTS_UNRULY_SERVER_H

#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/str.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MAX_BYTES 1000	/* what is asked for, at most */

static struct {
	pthread_mutex_t lock;
	const char *answer;	/* to whatever has no path of its own */
	size_t len;
	char request[4096];	/* the last one */
	unsigned count;		/* of requests */
	int port;
	int silent;		/* a port where nothing is ever said */
} server = { .lock = PTHREAD_MUTEX_INITIALIZER };

static bool send_all(int fd, const char *text, size_t len)
{
	while (len > 0) {
		const ssize_t n = send(fd, text, len, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		text += n;
		len -= (size_t)n;
	}
	return true;
}

static bool say(int fd, const char *text)
{
	return send_all(fd, text, strlen(text));
}

/* Until the other end hangs up. */
static void wait_for_end(int fd)
{
	char byte;

	while (recv(fd, &byte, 1, 0) > 0)
		;
}

static void hang(int fd)
{
	wait_for_end(fd);
}

static void hang_in_body(int fd)
{
	if (say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nstart"))
		wait_for_end(fd);
}

/* Answers 404, and never gets to the end of it. */
static void hang_in_error(int fd)
{
	if (say(fd, "HTTP/1.1 404 No\r\nContent-Length: 9\r\n\r\nstart"))
		wait_for_end(fd);
}

static void drip_body(int fd)
{
	if (!say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n"))
		return;
	while (say(fd, "x"))
		usleep(20 * 1000);
}

static void drip_header(int fd)
{
	if (!say(fd, "HTTP/1.1 200 OK\r\nX: "))
		return;
	while (say(fd, "x"))
		usleep(20 * 1000);
}

static void flood_body(int fd)
{
	if (!say(fd, "HTTP/1.1 200 OK\r\n\r\n"))
		return;
	while (say(fd, "0123456789abcdef0123456789abcdef"))
		;
}

static void flood_header(int fd)
{
	if (!say(fd, "HTTP/1.1 200 OK\r\n"))
		return;
	while (say(fd, "X-Field: 0123456789abcdef0123456789abcdef\r\n"))
		;
}

/* One that libcurl alone would take. */
static void large_header(int fd)
{
	if (!say(fd, "HTTP/1.1 200 OK\r\n"))
		return;
	for (int i = 0; i < 70 << 10; i += 14) {
		if (!say(fd, "X: 123456789\r\n"))
			return;
	}
	(void)say(fd, "Content-Length: 0\r\n\r\n");
}

static void flood_interim(int fd)
{
	while (say(fd, "HTTP/1.1 103 Early Hints\r\nX: 0123456789\r\n\r\n"))
		;
}

/* Large: 10 times what is asked for. */
static void large_with_length(int fd)
{
	static const char zeros[10 * MAX_BYTES];

	if (say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n"))
		(void)send_all(fd, zeros, sizeof(zeros));
}

static void large_without_length(int fd)
{
	static const char zeros[10 * MAX_BYTES];

	if (say(fd, "HTTP/1.1 200 OK\r\n\r\n"))
		(void)send_all(fd, zeros, sizeof(zeros));
}

static void large_in_chunks(int fd)
{
	if (!say(fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"))
		return;
	for (int i = 0; i < 10 * MAX_BYTES / 10; i++) {
		if (!say(fd, "a\r\n0123456789\r\n"))
			return;
	}
	(void)say(fd, "0\r\n\r\n");
}

static void large_error(int fd)
{
	static const char zeros[10 * MAX_BYTES];

	if (say(fd, "HTTP/1.1 500 Oh\r\nContent-Length: 10000\r\n\r\n"))
		(void)send_all(fd, zeros, sizeof(zeros));
}

static const struct {
	const char *path;
	void (*serve)(int fd);
} paths[] = {
	{ "/hang ", hang },
	{ "/hang-in-body ", hang_in_body },
	{ "/hang-in-error ", hang_in_error },
	{ "/drip-body ", drip_body },
	{ "/drip-header ", drip_header },
	{ "/flood-body ", flood_body },
	{ "/flood-header ", flood_header },
	{ "/flood-interim ", flood_interim },
	{ "/large-header ", large_header },
	{ "/large-with-length ", large_with_length },
	{ "/large-without-length ", large_without_length },
	{ "/large-in-chunks ", large_in_chunks },
	{ "/large-error ", large_error },
};

/* The header, and as much of a body as Content-Length says. */
static void read_request(int fd, char *to, size_t room)
{
	size_t len = 0;

	while (len + 1 < room) {
		const ssize_t n = recv(fd, to + len, room - 1 - len, 0);
		const char *end, *field;

		if (n <= 0)
			return;
		len += (size_t)n;
		to[len] = '\0';
		if (to[0] == 0x16)	/* TLS, which is not spoken here */
			return;
		end = strstr(to, "\r\n\r\n");
		field = strstr(to, "Content-Length: ");
		if (end && (!field || strlen(end + 4) >=
			    strtoul(field + 16, NULL, 10)))
			return;
	}
}

static void *serve(void *arg)
{
	const int fd = *(int *)arg;
	char request[sizeof(server.request)] = "";
	const char *path;
	char *answer;
	size_t len;

	free(arg);
	read_request(fd, request, sizeof(request));
	pthread_mutex_lock(&server.lock);
	memcpy(server.request, request, sizeof(request));
	server.count++;
	answer = strdup(server.answer);	/* its arena may end first */
	len = server.len;
	pthread_mutex_unlock(&server.lock);
	if (!answer)
		abort();
	path = strchr(request, ' ');
	for (size_t i = 0; path && i < COUNT(paths); i++) {
		if (strncmp(path + 1, paths[i].path,
			    strlen(paths[i].path)) == 0) {
			paths[i].serve(fd);
			len = 0;
		}
	}
	(void)send_all(fd, answer, len);
	free(answer);
	close(fd);
	return NULL;
}

static void *accept_all(void *arg)
{
	const int from = *(const int *)arg;

	for (;;) {
		int *fd = malloc(sizeof(*fd));
		pthread_t thread;

		if (!fd)
			abort();
		*fd = accept(from, NULL, NULL);
		if (*fd < 0 ||
		    pthread_create(&thread, NULL, serve, fd) != 0)
			abort();
		pthread_detach(thread);
	}
	return NULL;
}

/* A socket of the family's loopback; port 0: any.  The port, or -1. */
static int listen_at(int family, int port, int *out)
{
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6,
				   .sin6_addr = IN6ADDR_LOOPBACK_INIT,
				   .sin6_port = htons((in_port_t)port) };
	struct sockaddr_in v4 = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
				  .sin_port = htons((in_port_t)port) };
	const bool six = family == AF_INET6;
	struct sockaddr *at = six ? (struct sockaddr *)&v6
			      : (struct sockaddr *)&v4;
	socklen_t len = six ? sizeof(v6) : sizeof(v4);

	*out = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (*out < 0 || bind(*out, at, len) != 0 || listen(*out, 64) != 0 ||
	    getsockname(*out, at, &len) != 0)
		return -1;
	return ntohs(six ? v6.sin6_port : v4.sin_port);
}

static int sockets[3];

/* Is the server there by IPv6, too? */
static bool start_server(void)
{
	pthread_t thread;

	server.port = listen_at(AF_INET, 0, &sockets[0]);
	if (server.port < 0 ||
	    pthread_create(&thread, NULL, accept_all, &sockets[0]) != 0)
		abort();
	pthread_detach(thread);
	server.silent = listen_at(AF_INET, 0, &sockets[2]);
	if (listen_at(AF_INET6, server.port, &sockets[1]) < 0)
		return false;
	if (pthread_create(&thread, NULL, accept_all, &sockets[1]) != 0)
		abort();
	pthread_detach(thread);
	return true;
}

static void serve_next(const char *answer)
{
	pthread_mutex_lock(&server.lock);
	server.answer = answer;
	server.len = strlen(answer);
	pthread_mutex_unlock(&server.lock);
}

__attribute__((unused))
static unsigned requests(void)
{
	unsigned n;

	pthread_mutex_lock(&server.lock);
	n = server.count;
	pthread_mutex_unlock(&server.lock);
	return n;
}

__attribute__((unused))
static struct str last_request(struct arena *a)
{
	struct str text;

	pthread_mutex_lock(&server.lock);
	text = str_dup(a, str_of(server.request));
	pthread_mutex_unlock(&server.lock);
	return text;
}

#endif
