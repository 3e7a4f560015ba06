/*
 * loopback_only.h - names under .test are resolved here, and whatever is
 * connected to is noted, in the place of what the C library has: so nothing
 * leaves this machine.
 */
#ifndef TESTS_LOOPBACK_ONLY_H
#define TESTS_LOOPBACK_ONLY_H

#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

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

#endif
