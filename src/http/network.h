/*
 * network.h - which addresses a request of ours may go to.
 *
 * A URL that a client has registered must not make us ask a neighbour: what is
 * not public is refused (OpenID Connect Registration section 8, RFC 9700
 * section 4.12 call it SSRF), unless the administrator has named its network.
 *
 * All of this is pure: no name is resolved, nothing is allocated.
 */
#ifndef HTTP_NETWORK_H
#define HTTP_NETWORK_H

#include <sys/socket.h>

#include "base/str.h"

struct network {
	int family;		/* AF_INET or AF_INET6 */
	unsigned bits;		/* of the prefix */
	unsigned char prefix[16];	/* 4 of them for AF_INET */
};

/*
 * "192.0.2.0/24", "2001:db8::/32", or an address alone, which is a network of
 * one.  False, and *out as it was, for anything else: a prefix with bits set
 * behind its length, too, for one of the two is a mistake.
 */
bool network_parse(struct str cidr, struct network *out);

/*
 * Is the address in the network?  An IPv4-mapped address (RFC 4291 section
 * 2.5.5.2) is the IPv4 address in it, for it is there that the packets go.
 */
bool network_contains(const struct network *n, const struct sockaddr *address);

/* Is every word of the list a network?  An empty list is one, too. */
bool network_list_is_valid(struct str list);

/* Is the address in one of the list's networks?  Other words are skipped. */
bool network_list_contains(struct str list, const struct sockaddr *address);

/*
 * Is it a unicast address that is reachable from the whole of the Internet?
 * False for whatever the IANA's registries of special-purpose addresses
 * (RFC 6890) do not call globally reachable, for multicast, for all that is
 * not allocated, and for an IPv6 address that stands for such an IPv4 one.
 */
bool network_is_public(const struct sockaddr *address);

#endif
