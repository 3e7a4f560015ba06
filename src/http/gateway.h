/*
 * gateway.h - where requests come from: FastCGI by libfcgi, or plain CGI.
 *
 * The same binary does both: FastCGI where file descriptor 0 is a listening
 * socket, CGI where it is not (FCGX_Accept_r() itself does not fall back).
 *
 * Connections are accepted here and not by libfcgi, so that at any time it is
 * known who is in the middle of a request: gateway_stop() waits for those and
 * for nobody else.
 */
#ifndef HTTP_GATEWAY_H
#define HTTP_GATEWAY_H

#include "http/request.h"

/* Milliseconds.  A body has to be here by then, and each piece of it. */
#define GATEWAY_BODY_MS 30000
#define GATEWAY_PIECE_MS 10000

/* What a plain CGI program reads and drops after its answer, at most. */
#define GATEWAY_DRAIN_MS 2000
#define GATEWAY_DRAIN_BYTES ((size_t)1 << 20)

bool gateway_is_cgi(void);

/*
 * Before the threads: take over the listening socket.  False, with the reason
 * on standard error, where it is a TCP socket and FCGI_WEB_SERVER_ADDRS does
 * not say who may speak to it: whoever can reach it can say anything.
 */
bool gateway_init(void);

/* One thread's side.  NULL only for want of memory. */
struct gateway *gateway_open(void);
void gateway_close(struct gateway *g);

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
 * From now on nobody accepts; wait until those in the middle of a request have
 * answered, at most ms milliseconds.  False where somebody has not.
 */
bool gateway_stop(long long ms);

#endif
