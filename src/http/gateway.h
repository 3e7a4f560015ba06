/*
 * gateway.h - where requests come from: FastCGI by libfcgi, or plain CGI.
 *
 * The same binary does both: FastCGI where file descriptor 0 is a listening
 * socket, CGI where it is not (FCGX_Accept_r() itself does not fall back).
 *
 * A FastCGI connection is a fiber's.  It is handed to libfcgi once the request
 * is there as a whole (record.h), so that libfcgi never blocks the others.
 */
#ifndef HTTP_GATEWAY_H
#define HTTP_GATEWAY_H

#include "http/request.h"

/* Milliseconds.  A body of plain CGI has to be here by then, and each piece of
 * it; by FastCGI see arrival.h. */
#define GATEWAY_BODY_MS 30000
#define GATEWAY_PIECE_MS 10000

/* What a plain CGI program reads and drops after its answer, at most. */
#define GATEWAY_DRAIN_MS 2000
#define GATEWAY_DRAIN_BYTES ((size_t)1 << 20)

/* When it is to stop, and nobody is in the middle of a request, so long may it
 * take who has connected already to begin one. */
#define GATEWAY_GRACE_MS 20

struct front;
struct gateway;
struct loop;

bool gateway_is_cgi(void);

/* Plain CGI: the one request of this process. */
struct gateway *gateway_open(void);
void gateway_close(struct gateway *g);

/*
 * FastCGI: whoever connects is served by serve(g, arg), in a fiber of its own
 * on this loop; the gateway is closed when that returns.  most: connections at
 * a time.  Lives as long as the process.  NULL, with the reason in the log,
 * where the socket must not be served.
 */
struct front *gateway_listen(struct loop *l, unsigned most,
			     void (*serve)(struct gateway *g, void *arg),
			     void *arg);

/*
 * Wait for the next request and read it, bounded.  out->fault says what is
 * wrong with it; what was read lives in the arena.  False: no more will come.
 */
bool gateway_accept(struct gateway *g, struct arena *a, struct request *out);

/*
 * Answer the request, with the whole text of reply_text(), and end it.  log:
 * a line for the web server's error log, or absent.  If the peer is gone,
 * nobody is there to be told.
 */
void gateway_answer(struct gateway *g, struct str text, struct str log);

/*
 * From any thread but the loop's.  Accept no more connections, and let those
 * that are kept end with their next answer; wait until nobody is in the middle
 * of a request, at most ms milliseconds.  Who begins one later is answered,
 * too, until gateway_stop().
 */
void gateway_drain(struct front *f, long long ms);

/*
 * After gateway_drain().  No request begins any more; wait for the last, at
 * most ms milliseconds.  False where somebody is still in the middle of one.
 */
bool gateway_stop(struct front *f, long long ms);

#endif
