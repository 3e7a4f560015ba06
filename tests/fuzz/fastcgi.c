/*
 * fastcgi.c - a connection of a web server: FastCGI records in any order, cut
 * anywhere, after which another connection has a good request.  The one is read
 * or given up, whatever it holds, and the other is served.
 *
 * The first line of an input is a letter for each record (see add_record()), a
 * line each are the variables, up to an empty one, and the rest is the body.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/loop.h"
#include "http/arrival.h"
#include "read_request.h"

/* BEGIN_REQUEST of a responder, PARAMS, their end, the end of STDIN. */
static const unsigned char last[] =
	"\1\1\0\1\0\10\0\0" "\0\1\0\0\0\0\0\0"
	"\1\4\0\1\0\45\0\0" "\16\3REQUEST_METHODGET" "\13\5SCRIPT_NAME/last"
	"\1\4\0\1\0\0\0\0"
	"\1\5\0\1\0\0\0\0";

static struct sockaddr_un address;
static socklen_t address_len;

/* Descriptor 0 is a socket that listens, with a name that the kernel makes. */
static void listen_on_0(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	address.sun_family = AF_UNIX;
	address_len = sizeof(address);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address,
			   sizeof(sa_family_t)) < 0 ||
	    listen(fd, 8) < 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &address_len) < 0 ||
	    dup2(fd, STDIN_FILENO) < 0)
		abort();
	close(fd);
}

struct stream {
	struct buf out;
	struct str variables;		/* of each request */
	struct str params, body;	/* what is still to be sent of them */
};

static void add_of(struct stream *s, int id, int type, struct str content)
{
	const unsigned char header[8] = {
		1, (unsigned char)type, 0, (unsigned char)id,
		(unsigned char)(content.len >> 8), (unsigned char)content.len,
	};

	buf_add(&s->out, (struct str){ (const char *)header, 8 });
	buf_add(&s->out, content);
}

static void add(struct stream *s, int type, struct str content)
{
	add_of(s, 1, type, content);
}

static struct str cut(struct str *from, size_t n)
{
	struct str part = { from->ptr, from->len < n ? from->len : n };

	*from = str_skip(*from, n);
	return part;
}

/* One that the input has no letter for ends nothing. */
static void add_record(struct stream *s, char letter)
{
	static const struct str begin = STR_INIT("\0\1\0\0\0\0\0\0");
	static const struct str keep = STR_INIT("\0\1\1\0\0\0\0\0");
	static const struct str filter = STR_INIT("\0\3\1\0\0\0\0\0");

	if (letter == 'b' || letter == 'k')
		s->params = s->variables;
	switch (letter) {
	case 'b': add(s, 1, begin); break;
	case 'k': add(s, 1, keep); break;
	case 'f': add(s, 1, filter); break;
	case 'a': add(s, 2, STR("")); break;
	case 'p': add(s, 4, cut(&s->params, 16)); break;
	case 'P': add(s, 4, cut(&s->params, 65535)); break;
	/* Lengths that are nobody's, other requests and what is of none. */
	case 'r': add(s, 4, cut(&s->body, 16)); break;
	case 'R': add(s, 4, cut(&s->body, 65535)); break;
	case 'o': add_of(s, 2, 4, cut(&s->body, 16)); break;
	case 'B': add_of(s, 2, 1, begin); break;
	case 'g': add_of(s, 0, 9, cut(&s->body, 65535)); break;
	case 'u': add_of(s, 0, 77, cut(&s->body, 16)); break;
	case 'Q': add(s, 4, STR("")); break;
	case 's': add(s, 5, cut(&s->body, 16)); break;
	case 'S': add(s, 5, cut(&s->body, 65535)); break;
	case 'T': add(s, 5, STR("")); break;
	case 'd': add(s, 8, STR("data")); break;
	case 'x': buf_add(&s->out, STR("\1\5\0")); break;
	default: break;
	}
}

/* A name and its value, as the specification of FastCGI has it in 3.4. */
static void add_variable(struct buf *to, struct str line)
{
	struct str parts[2] = { STR(""), line };

	parts[0] = str_cut(&parts[1], '=');
	for (int i = 0; i < 2; i++) {
		const size_t n = parts[i].len;

		if (n < 128) {
			buf_char(to, (char)n);
			continue;
		}
		buf_char(to, (char)(n >> 24 | 0x80));
		buf_char(to, (char)(n >> 16));
		buf_char(to, (char)(n >> 8));
		buf_char(to, (char)n);
	}
	for (int i = 0; i < 2; i++)
		buf_add(to, parts[i].ptr ? parts[i] : STR(""));
}

static struct str records(struct arena *a, struct str rest)
{
	struct str letters = fuzz_line(&rest);
	struct stream s = { .params = STR(""), .variables = STR("") };
	struct buf params;

	buf_init(&s.out, a);
	buf_init(&params, a);
	while (rest.len > 0) {
		struct str line = fuzz_line(&rest);

		if (line.len == 0)
			break;
		add_variable(&params, line);
	}
	s.variables = buf_str(&params);
	s.body = rest.ptr ? rest : STR("");
	for (size_t i = 0; i < letters.len && s.out.len < 65536; i++)
		add_record(&s, letters.ptr[i]);
	return buf_str(&s.out);
}

/* All at once: what was not read makes no difference to who wrote it. */
static int send_all(const void *bytes, size_t n)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (fd < 0 ||
	    connect(fd, (struct sockaddr *)&address, address_len) < 0 ||
	    (n > 0 && send(fd, bytes, n, MSG_NOSIGNAL) != (ssize_t)n) ||
	    shutdown(fd, SHUT_WR) < 0)
		abort();
	return fd;
}

/* What a program does with each connection. */
static void serve(struct gateway *g, void *arg)
{
	struct arena *a = arena_new((size_t)16 << 20);
	struct request rq;

	(void)arg;
	while (gateway_accept(g, a, &rq)) {
		read_request_check(&rq);
		gateway_answer(g, STR("Status: 204 No Content\r\n\r\n"),
			       STR("{}\n"));
		arena_reset(a);
	}
	arena_free(a);
}

static void *run_loop(void *loop)
{
	loop_run(loop);
	return NULL;
}

static void start(void)
{
	static struct loop *l;
	pthread_t thread;

	if (l)
		return;
	listen_on_0();
	l = loop_new();
	if (gateway_is_cgi() || !gateway_listen(l, 16, serve, NULL) ||
	    pthread_create(&thread, NULL, run_loop, l) != 0)
		abort();
}

/* Until the program has closed it: then all of its answer. */
static struct str receive_all(struct arena *a, int fd)
{
	char bytes[4096];
	struct buf b;
	ssize_t n;

	buf_init(&b, a);
	/* libFuzzer has a timer. */
	while ((n = recv(fd, bytes, sizeof(bytes), 0)) > 0 ||
	       (n < 0 && errno == EINTR)) {
		if (n > 0)
			buf_add(&b, (struct str){ bytes, (size_t)n });
	}
	/* Or, where it would not read all of what was sent, reset it. */
	assert(n == 0 || errno == ECONNRESET);
	close(fd);
	return buf_str(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = fuzz_arena();
	const long long began = clock_ms();
	struct str bytes;
	int first, second;

	if (size > 32768)
		return 0;
	start();
	bytes = records(a, fuzz_str(data, size));
	first = send_all(bytes.ptr, bytes.len);
	second = send_all(last, sizeof(last) - 1);
	assert(fuzz_has(receive_all(a, second), STR("Status: 204")));
	(void)receive_all(a, first);
	/* A peer that has ended is not waited for (ARRIVAL_PIECE_MS). */
	assert(clock_ms() - began < ARRIVAL_PIECE_MS / 2);
	return 0;
}
