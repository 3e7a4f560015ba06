/* listener.c - the socket that web servers connect to. */
#include "http/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/loop.h"
#include "http/cache_control.h"
#include "http/network.h"

/* Accepted in a row; who waits then is told of again. */
#define IN_A_ROW 64

/* Out of descriptors: others shall finish first. */
#define RETRY_MS 100

struct listener {
	struct loop *loop;
	int fd, bell;		/* rung by listener_stop() */
	bool by_tcp, has_turned_away;
	bool listens, stopped;
	unsigned open, most;
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

/* A socket of both families has IPv4 peers by mapped addresses (RFC 4291
 * section 2.5.5.2); and one address has several spellings. */
static bool is_allowed(const struct sockaddr_storage *peer)
{
	const char *set = getenv("FCGI_WEB_SERVER_ADDRS");
	struct str rest = str_of(set ? set : "");
	struct network n;

	while (rest.ptr) {
		if (network_parse(field_trim(str_cut(&rest, ',')), &n) &&
		    network_contains(&n, (const struct sockaddr *)peer))
			return true;
	}
	return false;
}

/* Said once: nobody from outside shall fill the log. */
static void turn_away(struct listener *s, int fd)
{
	if (!s->has_turned_away)
		log_event(STR("gateway"), "turned away who is not in "
			  "FCGI_WEB_SERVER_ADDRS, and will do so unsaid");
	s->has_turned_away = true;
	close(fd);
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
		turn_away(s, fd);
	else
		begin(s, fd);
	return true;
}

/*
 * Who is full does not listen.  The kernel tells one process of a connection
 * and no other (EPOLLEXCLUSIVE): told to a process that will not accept it, it
 * would wait although another one is idle.
 */
static void accept_some(void *listener)
{
	struct listener *s = listener;
	unsigned left = IN_A_ROW;

	while (left-- > 0 && s->open < s->most && accept_one(s))
		continue;
	if (s->open >= s->most)
		be_quiet(s);
}

static void listen_again(struct listener *s)
{
	if (s->listens || s->stopped || s->open >= s->most)
		return;
	s->listens = true;
	loop_listen(s->loop, s->fd, accept_some, s);
}

/* Whom the kernel has told us of meanwhile, nobody else has heard of. */
static void stop_listening(void *listener)
{
	struct listener *s = listener;
	const bool listened = s->listens;

	loop_ignore(s->loop, s->bell);
	s->stopped = true;
	be_quiet(s);
	if (listened)
		accept_some(s);
}

struct listener *listener_open(struct loop *l, int fd, unsigned most,
			       void (*serve)(int fd, void *arg), void *arg)
{
	struct listener *s = calloc(1, sizeof(*s));

	if (!s)
		abort();
	s->loop = l;
	s->fd = fd;
	s->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	s->by_tcp = is_tcp(fd);
	s->most = most;
	s->serve = serve;
	s->arg = arg;
	if (s->bell < 0 ||
	    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) < 0)
		abort();
	loop_listen(l, s->bell, stop_listening, s);
	listen_again(s);
	return s;
}

void listener_stop(struct listener *s)
{
	(void)eventfd_write(s->bell, 1);
}
