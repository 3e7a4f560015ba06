/*
 * listener.h - the socket that web servers connect to.
 */
#ifndef HTTP_LISTENER_H
#define HTTP_LISTENER_H

#include <stdbool.h>

struct loop;
struct listener;

/*
 * May this listening socket be served?  False, with the reason in the log,
 * where it is a TCP socket and FCGI_WEB_SERVER_ADDRS does not say who may speak
 * to it: whoever can reach it can say anything.
 */
bool listener_check(int fd);

/*
 * Accept connections on the loop, and run serve(fd, arg) for each in a fiber of
 * its own; it must close fd.  most: how many at a time, others wait in the
 * kernel's queue, for this process or another one that listens there.  Peers by
 * TCP that FCGI_WEB_SERVER_ADDRS (addresses, or networks as network.h has them,
 * separated by commas) does not name are turned away.  Lives as long as the
 * loop.
 */
struct listener *listener_open(struct loop *l, int fd, unsigned most,
			       void (*serve)(int fd, void *arg), void *arg);

/* From any thread: soon no more are accepted, but those of whom the kernel has
 * told this process and no other. */
void listener_stop(struct listener *s);

#endif
