/* listener.c - the socket that web servers connect to. */
#include "http/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/loop.h"

/* Accepted in a row; who waits then is told of again. */
#define IN_A_ROW 64

/* Out of descriptors: others shall finish first. */
#define RETRY_MS 100

struct listener {
	struct loop *loop;
	int fd;
	bool by_tcp;
	bool listens;
	unsigned open, most;
	atomic_bool stopped;
	void (*serve)(int fd, void *arg);
	void *arg;
};

/* One connection, until it is served. */
struct caller {
	struct listener *of;
	int fd;
};

static bool is_tcp(int fd)
{
	struct sockaddr_storage address = { 0 };
	socklen_t len = sizeof(address);

	return getsockname(fd, (struct sockaddr *)&address, &len) < 0 ||
	       address.ss_family != AF_UNIX;
}

bool listener_check(int fd)
{
	if (!is_tcp(fd) || getenv("FCGI_WEB_SERVER_ADDRS"))
		return true;
	log_event(STR("gateway"), "refusing to listen on TCP: set "
		  "FCGI_WEB_SERVER_ADDRS, or use a unix socket");
	return false;
}

/* An address of either family, as text. */
static bool address_of(const struct sockaddr_storage *peer, char *out,
		       socklen_t len)
{
	const void *from = peer;

	if (peer->ss_family == AF_INET)
		from = &((const struct sockaddr_in *)from)->sin_addr;
	else if (peer->ss_family == AF_INET6)
		from = &((const struct sockaddr_in6 *)from)->sin6_addr;
	else
		return false;
	return inet_ntop(peer->ss_family, from, out, len) != NULL;
}

static bool is_allowed(const struct sockaddr_storage *peer)
{
	const char *set = getenv("FCGI_WEB_SERVER_ADDRS");
	struct str rest = str_of(set ? set : "");
	char text[INET6_ADDRSTRLEN];

	if (!address_of(peer, text, sizeof(text)))
		return false;
	while (rest.ptr) {
		if (str_eq(str_cut(&rest, ','), str_of(text)))
			return true;
	}
	return false;
}

static void listen_again(struct listener *s);

static void serve_one(void *caller)
{
	struct caller *c = caller;
	struct listener *s = c->of;

	s->serve(c->fd, s->arg);
	free(c);
	s->open--;
	listen_again(s);
}

static void begin(struct listener *s, int fd)
{
	struct caller *c = malloc(sizeof(*c));

	if (!c)
		abort();
	*c = (struct caller){ s, fd };
	s->open++;
	fiber_start(s->loop, serve_one, c);
}

static void wait_a_moment(void *listener)
{
	fiber_pause(RETRY_MS);
	listen_again(listener);
}

static void be_quiet(struct listener *s)
{
	if (s->listens)
		loop_ignore(s->loop, s->fd);
	s->listens = false;
}

/* False: there is nobody more, for now. */
static bool accept_one(struct listener *s)
{
	struct sockaddr_storage peer = { 0 };
	socklen_t len = sizeof(peer);
	const int fd = accept4(s->fd, s->by_tcp ? (struct sockaddr *)&peer
					       : NULL,
			       s->by_tcp ? &len : NULL,
			       SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0 && (errno == EINTR || errno == ECONNABORTED))
		return true;
	if (fd < 0 && errno != EAGAIN) {
		be_quiet(s);
		fiber_start(s->loop, wait_a_moment, s);
	}
	if (fd < 0)
		return false;
	if (s->by_tcp && !is_allowed(&peer))
		close(fd);
	else
		begin(s, fd);
	return true;
}

static void accept_some(void *listener)
{
	struct listener *s = listener;
	unsigned left = IN_A_ROW;

	if (atomic_load(&s->stopped) || s->open >= s->most) {
		be_quiet(s);
		return;
	}
	while (left-- > 0 && s->open < s->most && accept_one(s))
		continue;
}

static void listen_again(struct listener *s)
{
	if (s->listens || atomic_load(&s->stopped))
		return;
	s->listens = true;
	loop_listen(s->loop, s->fd, accept_some, s);
}

struct listener *listener_open(struct loop *l, int fd, unsigned most,
			       void (*serve)(int fd, void *arg), void *arg)
{
	struct listener *s = calloc(1, sizeof(*s));

	if (!s)
		abort();
	s->loop = l;
	s->fd = fd;
	s->by_tcp = is_tcp(fd);
	s->most = most;
	s->serve = serve;
	s->arg = arg;
	if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) < 0)
		abort();
	listen_again(s);
	return s;
}

void listener_stop(struct listener *s)
{
	atomic_store(&s->stopped, true);
}
