/*
 * test_fetch.c - asking a server that does as it likes.
 *
 * The servers are threads of this program, on the loopback.  Names under .test
 * are resolved here, and whatever is connected to is noted, in the place of
 * what the C library has: so nothing leaves this machine.
 */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "http/fetch.h"
#include "tap.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MAX_BYTES 1000
#define TIMEOUT_MS 3000
#define LATE_MS 700	/* what a loaded machine may be late by */

#define LOOPBACK STR_INIT("127.0.0.0/8 ::1/128")
static const struct fetch_policy nowhere = { .allow_http = true };
static const struct fetch_policy local = { .networks = LOOPBACK,
					   .allow_http = true };

/* What the C library is asked in our place. */

static atomic_uint connects;		/* calls of connect() */
static _Atomic(in_addr_t) public_target;	/* not of the loopback */

/* Nothing but the loopback is there. */
int connect(int fd, __CONST_SOCKADDR_ARG to, socklen_t len)
{
	const struct sockaddr *address = to.__sockaddr__;
	struct sockaddr_in v4;

	atomic_fetch_add(&connects, 1);
	memcpy(&v4, address, sizeof(v4));
	if (address->sa_family == AF_INET &&
	    ntohl(v4.sin_addr.s_addr) >> 24 != 127) {
		atomic_store(&public_target, v4.sin_addr.s_addr);
		errno = ECONNREFUSED;
		return -1;
	}
	return (int)syscall(SYS_connect, fd, address, len);
}

static const struct {
	const char *name, *first, *second;
} names[] = {
	{ "loopback.test", "127.0.0.1", NULL },
	{ "private.test", "10.0.0.1", NULL },
	{ "metadata.test", "169.254.169.254", NULL },
	{ "mapped.test", "::ffff:10.0.0.1", NULL },
	{ "both.test", "10.0.0.1", "127.0.0.1" },
	{ "neither.test", "10.0.0.1", "fc00::1" },
	{ "public.test", "8.8.8.8", NULL },
};

typedef int resolve_fn(const char *, const char *, const struct addrinfo *,
		       struct addrinfo **);

static int resolve(const char *name, const char *port,
		   const struct addrinfo *hints, struct addrinfo **out)
{
	resolve_fn *libc;
	void *symbol = dlsym(RTLD_NEXT, "getaddrinfo");

	memcpy(&libc, &symbol, sizeof(libc));
	return libc(name, port, hints, out);
}

int getaddrinfo(const char *restrict name, const char *restrict port,
		const struct addrinfo *restrict hints,
		struct addrinfo **restrict out)
{
	struct addrinfo any = { .ai_socktype = SOCK_STREAM };
	int status;

	if (strcmp(name, "slow.test") == 0) {
		usleep(4 * 1000 * 1000);
		return EAI_AGAIN;
	}
	for (size_t i = 0; i < COUNT(names); i++) {
		if (strcmp(name, names[i].name) != 0)
			continue;
		status = resolve(names[i].first, port, &any, out);
		if (status == 0 && names[i].second)
			status = resolve(names[i].second, port, &any,
					 &(*out)->ai_next);
		return status;
	}
	return resolve(name, port, hints, out);
}

/* The server. */

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

static unsigned requests(void)
{
	unsigned n;

	pthread_mutex_lock(&server.lock);
	n = server.count;
	pthread_mutex_unlock(&server.lock);
	return n;
}

static struct str last_request(struct arena *a)
{
	struct str text;

	pthread_mutex_lock(&server.lock);
	text = str_dup(a, str_of(server.request));
	pthread_mutex_unlock(&server.lock);
	return text;
}

/* What is asked. */

/* With the server's port in the place of every $, the silent one's of ~. */
static struct str url_of(struct arena *a, const char *pattern)
{
	struct buf b;

	buf_init(&b, a);
	for (; *pattern; pattern++) {
		if (*pattern == '$' || *pattern == '~')
			buf_addf(&b, "%d", *pattern == '$' ? server.port
				 : server.silent);
		else
			buf_char(&b, *pattern);
	}
	return buf_str(&b);
}

static struct fetch get(struct str url)
{
	return (struct fetch){ .url = url, .method = STR("GET"),
			       .max_bytes = MAX_BYTES,
			       .timeout_ms = TIMEOUT_MS };
}

static struct fetch ask(struct arena *a, const char *pattern)
{
	struct fetch f = get(url_of(a, pattern));

	fetch_run(a, &local, &f, 1);
	return f;
}

static struct fetch ask_for(struct arena *a, const char *path)
{
	struct buf b;

	buf_init(&b, a);
	buf_addf(&b, "http://127.0.0.1:$%s", path);
	return ask(a, buf_str(&b).ptr);
}

static void is_status(const struct fetch *f, enum fetch_status want,
		      const char *what)
{
	if (!ok(f->status == want && f->reason.len > 0, "%s", what))
		printf("# status %d, HTTP status %d, %.*s\n", (int)f->status,
		       f->http_status, STR_ARG(f->reason));
}

static void test_ok(struct arena *a)
{
	struct fetch f;

	serve_next("HTTP/1.1 200 OK\r\nContent-Type: application/json; "
		   "charset=utf-8\r\nContent-Length: 2\r\n"
		   "Cache-Control: public, max-age=300\r\n\r\n{}");
	f = ask_for(a, "/jwks?x=1");
	is_status(&f, FETCH_OK, "an answer");
	ok(f.http_status == 200, "its status");
	ok(str_eq(f.got, STR("{}")), "its body");
	ok(str_eq(f.content_type_got,
		  STR("application/json; charset=utf-8")), "its type");
	ok(f.max_age == 300, "its age");
	ok(str_eq(f.reason, STR("HTTP status 200")), "its reason");

	serve_next("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		   "2\r\nab\r\n3\r\ncde\r\n0\r\n"
		   "Cache-Control: max-age=5\r\n"
		   "Content-Encoding: gzip\r\n\r\n");
	f = ask_for(a, "/");
	is_status(&f, FETCH_OK, "an answer in chunks, with a trailer");
	ok(str_eq(f.got, STR("abcde")), "the chunks together");
	ok(!f.content_type_got.ptr, "no type: absent");
	ok(f.max_age == -1, "the trailer's fields are not the header's");

	serve_next("HTTP/1.1 204 No Content\r\n\r\n");
	f = ask_for(a, "/");
	is_status(&f, FETCH_OK, "an answer without a body");
	ok(f.got.ptr && f.got.len == 0, "that is empty, and not absent");

	serve_next("HTTP/1.0 200 OK\r\n\r\nuntil the end");
	f = ask_for(a, "/");
	is_status(&f, FETCH_OK, "an answer that ends with the connection");
	ok(str_eq(f.got, STR("until the end")), "all of it");

	serve_next("HTTP/1.1 103 Early Hints\r\nCache-Control: max-age=9\r\n"
		   "\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx");
	f = ask_for(a, "/");
	is_status(&f, FETCH_OK, "an interim answer before it");
	ok(f.http_status == 200 && f.max_age == -1,
	   "the interim answer's fields do not count");

	serve_next("HTTP/1.1 200 OK\r\nContent-Encoding: identity\r\n"
		   "Content-Length: 1\r\n\r\nx");
	f = ask_for(a, "/");
	is_status(&f, FETCH_OK, "the encoding identity is none");
}

/* Is the header's field there, whatever its value? */
static bool has_field(struct str request, const char *name)
{
	while (request.ptr) {
		struct str line = str_cut(&request, '\n');

		if (line.len <= 1)
			return false;
		if (str_eq_nocase(str_cut(&line, ':'), str_of(name)))
			return true;
	}
	return false;
}

static void test_request(struct arena *a)
{
	struct fetch f = get(url_of(a, "http://127.0.0.1:$/a?b=c"));
	struct str request;

	serve_next("HTTP/1.1 200 OK\r\nSet-Cookie: a=b; Path=/\r\n"
		   "Alt-Svc: h3=\":1\"\r\nContent-Length: 0\r\n\r\n");
	f.accept = STR("application/json");
	fetch_run(a, &local, &f, 1);
	fetch_run(a, &local, &f, 1);
	is_status(&f, FETCH_OK, "the same again");
	request = last_request(a);
	ok(str_starts(request, STR("GET /a?b=c HTTP/1.1\r\n")), "the line");
	ok(strstr(request.ptr, "\r\nUser-Agent: Postern\r\n") != NULL,
	   "the name");
	ok(strstr(request.ptr, "\r\nAccept: application/json\r\n") != NULL,
	   "what is accepted");
	ok(!has_field(request, "Cookie"), "a cookie is not sent back");
	ok(!has_field(request, "Accept-Encoding"), "no encoding is asked for");
	ok(!has_field(request, "Authorization"), "nor .netrc read");
	ok(!has_field(request, "TE") && !has_field(request, "Referer") &&
	   !has_field(request, "Content-Type"), "and nothing else");

	f.method = STR("POST");
	f.content_type = STR("application/x-www-form-urlencoded");
	f.body = STR("logout_token=a%00b");
	fetch_run(a, &local, &f, 1);
	is_status(&f, FETCH_OK, "POST");
	request = last_request(a);
	ok(str_starts(request, STR("POST /a?b=c HTTP/1.1\r\n")), "its line");
	ok(str_ends(request, STR("\r\n\r\nlogout_token=a%00b")), "its body");
	ok(strstr(request.ptr, "\r\nContent-Type: application/"
		  "x-www-form-urlencoded\r\n") != NULL, "its type");
	ok(strstr(request.ptr, "\r\nContent-Length: 18\r\n") != NULL,
	   "its length");
	ok(!has_field(request, "Expect"), "without asking before");

	f.body = STR_NONE;
	fetch_run(a, &local, &f, 1);
	is_status(&f, FETCH_OK, "POST of nothing");
	request = last_request(a);
	ok(strstr(request.ptr, "\r\nContent-Length: 0\r\n") != NULL,
	   "its length is 0");
}

static void test_status(struct arena *a)
{
	const unsigned before = requests();
	struct fetch f;

	serve_next("HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n"
		   "Content-Type: text/plain\r\n\r\ngone");
	f = ask_for(a, "/");
	is_status(&f, FETCH_BAD_STATUS, "404");
	ok(f.http_status == 404 && str_eq(f.got, STR("gone")) &&
	   str_eq(f.content_type_got, STR("text/plain")),
	   "what it says can be read");
	ok(str_eq(f.reason, STR("HTTP status 404")), "its reason");

	serve_next("HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1/\r\n"
		   "Content-Length: 0\r\n\r\n");
	f = ask_for(a, "/");
	is_status(&f, FETCH_BAD_STATUS, "301");
	ok(f.http_status == 301, "is not followed");
	serve_next("HTTP/1.1 307 Moved\r\nLocation: /elsewhere\r\n"
		   "Refresh: 0; url=/elsewhere\r\nContent-Length: 0\r\n\r\n");
	f = ask_for(a, "/");
	is_status(&f, FETCH_BAD_STATUS, "307");
	serve_next("HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=x\r\n"
		   "Content-Length: 0\r\n\r\n");
	f = ask_for(a, "/");
	is_status(&f, FETCH_BAD_STATUS, "401");
	serve_next("HTTP/1.1 304 Not Modified\r\n\r\n");
	f = ask_for(a, "/");
	is_status(&f, FETCH_BAD_STATUS, "304");
	serve_next("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n"
		   "Connection: Upgrade\r\n\r\n{}");
	f = ask_for(a, "/");
	is_status(&f, FETCH_FAILED, "101 that nobody asked for");
	serve_next("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n");
	f = ask_for(a, "/");
	is_status(&f, FETCH_BAD_STATUS, "503");
	ok(requests() == before + 7, "each was asked for once");

	f = ask_for(a, "/large-error");
	is_status(&f, FETCH_BAD_STATUS, "500 with a large body");
	ok(f.got.len <= MAX_BYTES, "which is not all read");
	serve_next("HTTP/1.1 500 Oh\r\nContent-Encoding: gzip\r\n\r\n");
	f = ask_for(a, "/");
	is_status(&f, FETCH_BAD_STATUS, "500 with an encoded body");
}

static const struct {
	const char *path;
	enum fetch_status want;
} broken[] = {
	{ "/large-with-length", FETCH_TOO_LARGE },
	{ "/large-without-length", FETCH_TOO_LARGE },
	{ "/large-in-chunks", FETCH_TOO_LARGE },
	{ "/flood-body", FETCH_TOO_LARGE },
	{ "/flood-header", FETCH_FAILED },
	{ "/flood-interim", FETCH_FAILED },
	{ "/large-header", FETCH_FAILED },
};

/* Answers that are no good, each as it is sent. */
static const struct {
	const char *what, *answer;
} bad_answers[] = {
	{ "nothing at all", "" },
	{ "half a status line", "HTTP/1.1 2" },
	{ "no HTTP", "SSH-2.0-OpenSSH_9.2p1\r\n" },
	{ "HTTP/0.9", "{}" },
	{ "half a header", "HTTP/1.1 200 OK\r\nContent-Le" },
	{ "closed before its end",
	  "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789" },
	{ "chunks without an end",
	  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n" },
	{ "a bad chunk",
	  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nab" },
	{ "a length that is no number",
	  "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nab" },
	{ "gzip",
	  "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"
	  "Content-Length: 2\r\n\r\n\x1f\x8b" },
	{ "GZip, between others",
	  "HTTP/1.1 200 OK\r\ncontent-encoding:  identity, GZip \r\n"
	  "Content-Length: 2\r\n\r\n{}" },
	{ "br",
	  "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\n{}" },
	{ "an encoding nobody knows",
	  "HTTP/1.1 200 OK\r\nContent-Encoding: x-none\r\n\r\n{}" },
	{ "gzip for the transfer",
	  "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"
	  "0\r\n\r\n" },
};

static void test_broken(struct arena *a)
{
	struct fetch f;

	for (size_t i = 0; i < COUNT(broken); i++) {
		const long long begin = clock_ms();

		f = ask_for(a, broken[i].path);
		is_status(&f, broken[i].want, broken[i].path);
		ok(!f.got.ptr && !f.content_type_got.ptr && f.max_age == -1,
		   "nothing is kept of it");
		ok(clock_ms() - begin < TIMEOUT_MS, "nor is it waited for");
	}
	for (size_t i = 0; i < COUNT(bad_answers); i++) {
		serve_next(bad_answers[i].answer);
		f = ask_for(a, "/");
		is_status(&f, FETCH_FAILED, bad_answers[i].what);
		ok(!f.got.ptr && !f.content_type_got.ptr && f.max_age == -1,
		   "nothing is kept of it");
	}
}

static void test_bounds(struct arena *a)
{
	struct fetch f = get(url_of(a, "http://127.0.0.1:$/"));

	serve_next("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12345");
	f.max_bytes = 5;
	fetch_run(a, &local, &f, 1);
	is_status(&f, FETCH_OK, "as many bytes as allowed");
	f.max_bytes = 4;
	fetch_run(a, &local, &f, 1);
	is_status(&f, FETCH_TOO_LARGE, "one more");
	ok(str_eq(f.reason, STR("the answer is larger than 4 bytes")),
	   "which it says");
	ok(f.http_status == 200, "with the status");
	f.max_bytes = 0;
	fetch_run(a, &local, &f, 1);
	is_status(&f, FETCH_TOO_LARGE, "none are allowed, some came");
	serve_next("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
	fetch_run(a, &local, &f, 1);
	is_status(&f, FETCH_OK, "none are allowed, none came");
}

static const char *const slow[] = {
	"http://127.0.0.1:$/hang",
	"http://127.0.0.1:$/hang-in-body",
	"http://127.0.0.1:$/drip-body",
	"http://127.0.0.1:$/drip-header",
	"http://127.0.0.1:~/",
	"https://127.0.0.1:~/",
	"http://slow.test:$/",
};

static void test_time(struct arena *a)
{
	struct fetch all[COUNT(slow) + 1], f;
	long long begin;
	long ms;

	for (size_t i = 0; i < COUNT(slow); i++) {
		f = get(url_of(a, slow[i]));
		f.timeout_ms = 300;
		begin = clock_ms();
		fetch_run(a, &local, &f, 1);
		ms = (long)(clock_ms() - begin);
		is_status(&f, FETCH_FAILED, f.url.ptr);
		ok(ms >= 290 && ms < 300 + LATE_MS, "after %ld ms", ms);
		all[i] = f;
	}
	f = get(url_of(a, "http://127.0.0.1:$/hang-in-error"));
	f.timeout_ms = 300;
	fetch_run(a, &local, &f, 1);
	is_status(&f, FETCH_BAD_STATUS, "404 that does not end");

	serve_next("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
	f = get(url_of(a, "http://127.0.0.1:$/"));
	f.timeout_ms = 5000;
	all[COUNT(slow)] = f;
	for (size_t i = 0; i < COUNT(slow); i++)
		all[i].timeout_ms = 600;
	begin = clock_ms();
	fetch_run(a, &local, all, COUNT(all));
	ms = (long)(clock_ms() - begin);
	ok(ms >= 590 && ms < 600 + LATE_MS, "all at once: after %ld ms", ms);
	is_status(&all[COUNT(slow)], FETCH_OK, "the quick one is there");
	ok(str_eq(all[COUNT(slow)].got, STR("hi")), "with its answer");
	for (size_t i = 0; i < COUNT(slow); i++)
		is_status(&all[i], FETCH_FAILED, "the slow one is not");
}

static const struct {
	const char *url;
	enum fetch_status nowhere, local;	/* with which networks */
} urls[] = {
	{ "http://127.0.0.1:$/", FETCH_REFUSED, FETCH_OK },
	{ "HTTP://127.0.0.1:$", FETCH_REFUSED, FETCH_OK },
	{ "http://127.0.0.1:$?x", FETCH_REFUSED, FETCH_OK },
	{ "http://127.0.0.2:$/", FETCH_REFUSED, FETCH_FAILED },
	{ "http://localhost:$/", FETCH_REFUSED, FETCH_OK },
	{ "http://LocalHost:$/", FETCH_REFUSED, FETCH_OK },
	{ "http://a.localhost:$/", FETCH_REFUSED, FETCH_OK },
	{ "http://loopback.test:$/", FETCH_REFUSED, FETCH_OK },
	{ "http://both.test:$/", FETCH_REFUSED, FETCH_OK },
	{ "http://both.test:1/", FETCH_REFUSED, FETCH_FAILED },
	{ "http://neither.test:$/", FETCH_REFUSED, FETCH_REFUSED },
	{ "http://private.test:$/", FETCH_REFUSED, FETCH_REFUSED },
	{ "https://private.test:$/", FETCH_REFUSED, FETCH_REFUSED },
	{ "http://metadata.test/", FETCH_REFUSED, FETCH_REFUSED },
	{ "https://metadata.test/", FETCH_REFUSED, FETCH_REFUSED },
	{ "https://mapped.test/", FETCH_REFUSED, FETCH_REFUSED },
	{ "https://localhost:$/", FETCH_REFUSED, FETCH_FAILED },
	{ "https://127.0.0.1:$/", FETCH_REFUSED, FETCH_FAILED },
	/* Plain http is for the networks alone. */
	{ "http://public.test:$/", FETCH_REFUSED, FETCH_REFUSED },
	{ "http://8.8.8.8:$/", FETCH_REFUSED, FETCH_REFUSED },
	/* Other ways to write 127.0.0.1. */
	{ "http://127.1:$/", FETCH_REFUSED, FETCH_OK },
	{ "http://0x7f.1:$/", FETCH_REFUSED, FETCH_OK },
	{ "http://0177.0.0.1:$/", FETCH_REFUSED, FETCH_OK },
	{ "http://2130706433:$/", FETCH_REFUSED, FETCH_OK },
	{ "http://017700000001:$/", FETCH_REFUSED, FETCH_OK },
	{ "http://0x7f000001:$/", FETCH_REFUSED, FETCH_OK },
	{ "https://2130706433:$/", FETCH_REFUSED, FETCH_FAILED },
	{ "http://[::ffff:127.0.0.1]:$/", FETCH_REFUSED, FETCH_OK },
	{ "http://[::ffff:7f00:1]:$/", FETCH_REFUSED, FETCH_OK },
	{ "http://[::127.0.0.1]:$/", FETCH_REFUSED, FETCH_REFUSED },
	{ "http://[::]:$/", FETCH_REFUSED, FETCH_REFUSED },
	{ "http://0.0.0.0:$/", FETCH_REFUSED, FETCH_REFUSED },
	{ "http://0:$/", FETCH_REFUSED, FETCH_REFUSED },
	{ "https://[64:ff9b::7f00:1]:$/", FETCH_REFUSED, FETCH_REFUSED },
	{ "https://[fe80::1]:$/", FETCH_REFUSED, FETCH_REFUSED },
	{ "https://[fd00:ec2::254]/", FETCH_REFUSED, FETCH_REFUSED },
	{ "https://169.254.169.254/", FETCH_REFUSED, FETCH_REFUSED },
	{ "https://0xa9fea9fe/", FETCH_REFUSED, FETCH_REFUSED },

	{ "http://{127.0.0.1}:$/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "http://a,b:$/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "http://a;b:$/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "/relative", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "//127.0.0.1:$/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "127.0.0.1:$/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "localhost:$/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "http:/127.0.0.1:$/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "http:///127.0.0.1:$/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "http:127.0.0.1:$/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "http://", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "http://:$/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "file:///etc/passwd", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "file://127.0.0.1/etc/passwd", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "gopher://127.0.0.1:$/_GET", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "ftp://127.0.0.1:$/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "dict://127.0.0.1:$/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "ldap://127.0.0.1:$/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "ws://127.0.0.1:$/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "http+unix://127.0.0.1:$/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "javascript:alert(1)", FETCH_BAD_URL, FETCH_BAD_URL },
	{ " http://127.0.0.1:$/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "http://127.0.0.1:$/ ", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "http://127.0.0.1:$/a b", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "http://127.0.0.1:$\\@x/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "http://127.0.0.1:$/#fragment", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "http://127.0.0.1:$/#", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "http://user:password@127.0.0.1:$/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "http://user@127.0.0.1:$/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "http://@127.0.0.1:$/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "http://public.test@127.0.0.1:$/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "http://127.0.0.1:$@public.test/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "http://127.0.0.1:x$/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "http://127.0.0.1:99999/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "http://local%68ost:$/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "http://localhost%00.x:$/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "http://a,b:$/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "http://[::1%25lo]:$/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "http://[127.0.0.1]:$/", FETCH_BAD_URL, FETCH_BAD_URL },
	/* 127.0.0.1 in other digits of Unicode, which IDNA would fold. */
	{ "http://\xe2\x91\xa0\xe2\x91\xa1\xe2\x91\xa6.0.0.1:$/",
	  FETCH_BAD_URL, FETCH_BAD_URL },
	{ "http://b\xc3\xbc" "cher.test:$/", FETCH_BAD_URL, FETCH_BAD_URL },
};

static void test_urls(struct arena *a)
{
	const struct fetch_policy strict = { .networks = LOOPBACK };
	struct fetch f;
	unsigned before;

	serve_next("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
	for (size_t i = 0; i < COUNT(urls); i++) {
		f = get(url_of(a, urls[i].url));
		before = atomic_load(&connects);
		fetch_run(a, &nowhere, &f, 1);
		is_status(&f, urls[i].nowhere, f.url.ptr);
		ok(atomic_load(&connects) == before, "it connects nowhere");
		fetch_run(a, &local, &f, 1);
		is_status(&f, urls[i].local, "with the networks");
		if (urls[i].local != FETCH_OK || urls[i].nowhere == FETCH_OK)
			continue;
		fetch_run(a, &strict, &f, 1);
		is_status(&f, FETCH_BAD_URL, "without leave for http");
	}
	f = get(STR_NONE);
	fetch_run(a, &local, &f, 1);
	is_status(&f, FETCH_BAD_URL, "no URL");
	f = get(STR("http://127.0.0.1/\0"));
	fetch_run(a, &local, &f, 1);
	is_status(&f, FETCH_BAD_URL, "a NUL in it");
	f = get(url_of(a, "http://127.0.0.1:$/\r\nX: y"));
	fetch_run(a, &local, &f, 1);
	is_status(&f, FETCH_BAD_URL, "a line's end in it");

	f = get(STR("https://private.test/secret?token=secret"));
	fetch_run(a, &nowhere, &f, 1);
	ok(str_eq(f.reason, STR("the address 10.0.0.1 is not allowed")),
	   "the reason names the address, and not the URL");
	f = get(url_of(a, "http://127.0.0.2:$/secret?token=secret"));
	fetch_run(a, &local, &f, 1);
	ok(!strstr(f.reason.ptr, "secret"), "nor does it here: %.*s",
	   STR_ARG(f.reason));
	fetch_run(a, &local, NULL, 0);
	ok(true, "none at all is no fault");
}

static void test_public(struct arena *a)
{
	struct fetch f = get(STR("https://public.test/"));

	fetch_run(a, &nowhere, &f, 1);
	is_status(&f, FETCH_FAILED, "a public address, where nobody is");
	ok(atomic_exchange(&public_target, 0) == inet_addr("8.8.8.8"),
	   "is connected to");
	f = get(STR("https://134744072:4433/"));
	fetch_run(a, &local, &f, 1);
	is_status(&f, FETCH_FAILED, "by its number, on any port");
	ok(atomic_exchange(&public_target, 0) == inet_addr("8.8.8.8"),
	   "is connected to");
	f = get(STR("http://public.test/"));
	fetch_run(a, &local, &f, 1);
	ok(atomic_load(&public_target) == 0, "but not by plain http");
}

/* Whoever reads these goes to a port where nobody listens. */
static const char *const proxies[] = {
	"http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy",
	"ALL_PROXY",
};

static void test_environment(struct arena *a, const char *home)
{
	struct fetch f;

	for (size_t i = 0; i < COUNT(proxies); i++)
		setenv(proxies[i], "http://127.0.0.1:1/", 1);
	setenv("no_proxy", "", 1);
	setenv("NO_PROXY", "", 1);
	setenv("HOME", home, 1);
	setenv("CURL_HOME", home, 1);
	serve_next("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
	f = ask_for(a, "/direct");
	is_status(&f, FETCH_OK, "a proxy of the environment is not used");
	ok(str_starts(last_request(a), STR("GET /direct HTTP/1.1\r\n")),
	   "nor spoken to");
	ok(!has_field(last_request(a), "Authorization"), "no .netrc is read");
	for (size_t i = 0; i < COUNT(proxies); i++)
		unsetenv(proxies[i]);
}

static void test_netrc(struct arena *a)
{
	char home[] = "/tmp/postern-fetch.XXXXXX", path[64];
	FILE *netrc;

	if (!ok(mkdtemp(home) != NULL, "a home"))
		return;
	(void)snprintf(path, sizeof(path), "%s/.netrc", home);
	netrc = fopen(path, "w");
	if (ok(netrc != NULL, "a .netrc")) {
		fputs("default login user password secret\n", netrc);
		fclose(netrc);
		test_environment(a, home);
	}
	unlink(path);
	rmdir(home);
}

static const struct {
	const char *fields;
	long long want;
} ages[] = {
	{ "", -1 },
	{ "Cache-Control: public\r\n", -1 },
	{ "Cache-Control:\r\n", -1 },
	{ "Cache-Control: max-age=0\r\n", 0 },
	{ "cache-control:max-age=60\r\n", 60 },
	{ "Cache-Control: Max-Age = 60 , public\r\n", 60 },
	{ "Cache-Control: max-age=\"60\"\r\n", 60 },
	{ "Cache-Control: public,, max-age=60,must-revalidate\r\n", 60 },
	{ "Cache-Control: max-age=60\r\nCache-Control: max-age=30\r\n", 30 },
	{ "Cache-Control: max-age=30, max-age=60\r\n", 30 },
	{ "Cache-Control: max-age=60\r\nCache-Control: no-store\r\n", 0 },
	{ "Cache-Control: no-cache, max-age=60\r\n", 0 },
	{ "Cache-Control: max-age=99999999999\r\n", 2147483648 },
	{ "Cache-Control: max-age=99999999999999999999999\r\n", 2147483648 },
	{ "Cache-Control: max-age=-1\r\n", 0 },
	{ "Cache-Control: max-age=1e3\r\n", 0 },
	{ "Cache-Control: max-age\r\n", 0 },
	{ "Cache-Control: max-age=\r\n", 0 },
	{ "Cache-Control: max-age=\"\r\n", 0 },
	{ "Cache-Control: x-max-age=60\r\n", -1 },
	{ "X-Cache-Control: max-age=60\r\n", -1 },
	{ "Cache-Control: s-maxage=60\r\n", -1 },
};

static void test_cache_control(struct arena *a)
{
	for (size_t i = 0; i < COUNT(ages); i++) {
		struct fetch f;
		struct buf b;

		buf_init(&b, a);
		buf_addf(&b, "HTTP/1.1 200 OK\r\n%sContent-Length: 0\r\n"
			 "\r\n", ages[i].fields);
		serve_next(buf_str(&b).ptr);
		f = ask_for(a, "/");
		ok(f.status == FETCH_OK && f.max_age == ages[i].want,
		   "the age is %lld", ages[i].want);
	}
	serve_next("");
}

static void test_nobody(struct arena *a)
{
	int fd;
	const int port = listen_at(AF_INET, 0, &fd);
	struct fetch f;
	struct buf b;

	close(fd);
	buf_init(&b, a);
	buf_addf(&b, "http://127.0.0.1:%d/", port);
	f = get(buf_str(&b));
	fetch_run(a, &local, &f, 1);
	is_status(&f, FETCH_FAILED, "where nobody listens");
	ok(f.http_status == 0, "there is no status");
	f = ask(a, "http://nobody.invalid:$/");
	is_status(&f, FETCH_FAILED, "a name that is none");
}

static void test_ipv6(struct arena *a)
{
	const struct fetch_policy other = { .networks = STR("127.0.0.0/8"),
					    .allow_http = true };
	struct fetch f = get(url_of(a, "http://[::1]:$/"));

	serve_next("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
	fetch_run(a, &local, &f, 1);
	is_status(&f, FETCH_OK, "by IPv6");
	fetch_run(a, &other, &f, 1);
	is_status(&f, FETCH_REFUSED, "not with IPv4's networks");
	fetch_run(a, &nowhere, &f, 1);
	is_status(&f, FETCH_REFUSED, "nor with none");
}

/* Half of them go to where they may not. */
static void *ask_often(void *failures)
{
	struct arena *a = arena_new(16u << 20);

	for (int i = 0; i < 10; i++) {
		struct fetch all[4];

		for (size_t j = 0; j < COUNT(all); j++)
			all[j] = get(url_of(a, j % 2
						? "http://neither.test:$/"
						: "http://loopback.test:$/"));
		fetch_run(a, &local, all, COUNT(all));
		for (size_t j = 0; j < COUNT(all); j++) {
			if (all[j].status != (j % 2 ? FETCH_REFUSED
					      : FETCH_OK))
				atomic_fetch_add((atomic_uint *)failures, 1);
		}
		arena_reset(a);
	}
	arena_free(a);
	return NULL;
}

static void test_threads(void)
{
	atomic_uint failures = 0;
	pthread_t threads[4];

	serve_next("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
	for (size_t i = 0; i < COUNT(threads); i++) {
		if (pthread_create(&threads[i], NULL, ask_often,
				   &failures) != 0)
			abort();
	}
	for (size_t i = 0; i < COUNT(threads); i++)
		pthread_join(threads[i], NULL);
	ok(atomic_load(&failures) == 0, "four threads at once");
}

int main(void)
{
	struct arena *a = arena_new(16u << 20);
	bool six;

	signal(SIGPIPE, SIG_IGN);
	serve_next("");
	six = start_server();
	fetch_init();
	test_ok(a);
	test_request(a);
	test_status(a);
	test_broken(a);
	test_bounds(a);
	test_time(a);
	test_urls(a);
	test_public(a);
	test_netrc(a);
	test_cache_control(a);
	test_nobody(a);
	if (six)
		test_ipv6(a);
	else
		skip("there is no IPv6 here");
	test_threads();
	arena_free(a);
	return done_testing();
}
