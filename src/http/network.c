/* network.c - which addresses a request of ours may go to. */
#include "http/network.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/*
 * The IPv4 networks that are not public: all of the IANA IPv4 Special-Purpose
 * Address Registry (RFC 6890, RFC 8190) that is not globally reachable, and
 * what is no unicast.  https://www.iana.org/assignments/
 * iana-ipv4-special-registry
 */
static const struct str special_ipv4[] = {
	STR_INIT("0.0.0.0/8"),		/* "this network", RFC 791 */
	STR_INIT("10.0.0.0/8"),		/* private use, RFC 1918 */
	STR_INIT("100.64.0.0/10"),	/* shared, of a carrier, RFC 6598 */
	STR_INIT("127.0.0.0/8"),	/* loopback, RFC 1122 */
	STR_INIT("169.254.0.0/16"),	/* link local, RFC 3927; and what a
					 * cloud tells its machines */
	STR_INIT("172.16.0.0/12"),	/* private use, RFC 1918 */
	STR_INIT("192.0.0.0/24"),	/* protocol assignments, RFC 6890; its
					 * two anycast addresses, too */
	STR_INIT("192.0.2.0/24"),	/* documentation, RFC 5737 */
	STR_INIT("192.88.99.0/24"),	/* 6to4 relays, ended by RFC 7526 */
	STR_INIT("192.168.0.0/16"),	/* private use, RFC 1918 */
	STR_INIT("198.18.0.0/15"),	/* benchmarking, RFC 2544 */
	STR_INIT("198.51.100.0/24"),	/* documentation, RFC 5737 */
	STR_INIT("203.0.113.0/24"),	/* documentation, RFC 5737 */
	STR_INIT("224.0.0.0/4"),	/* multicast, RFC 5771 */
	STR_INIT("240.0.0.0/4"),	/* reserved, RFC 1112, and the limited
					 * broadcast, RFC 8190 */
};

/*
 * The other way round for IPv6, of which IANA has given out one eighth (RFC
 * 4291 section 2.4): outside of it are the loopback, ::/96 with its embedded
 * IPv4, unique local fc00::/7, link local fe80::/10, site local fec0::/10,
 * multicast ff00::/8, the local NAT64 64:ff9b:1::/48 (RFC 8215), discard-only
 * 100::/64 (RFC 6666), and segment routing 5f00::/16 (RFC 9602).
 */
static const struct str global_ipv6 = STR_INIT("2000::/3");

/*
 * What is special in that eighth.  https://www.iana.org/assignments/
 * iana-ipv6-special-registry
 */
static const struct str special_ipv6[] = {
	STR_INIT("2001::/23"),		/* protocol assignments, RFC 2928:
					 * Teredo, benchmarking, ORCHID */
	STR_INIT("2001:db8::/32"),	/* documentation, RFC 3849 */
	STR_INIT("2002::/16"),		/* 6to4, RFC 3056: IPv4 embedded, and
					 * no relays left, RFC 7526 */
	STR_INIT("3fff::/20"),		/* documentation, RFC 9637 */
};

/*
 * IPv4 embedded in IPv6, in the last 32 bits, is as public as that is.  A host
 * behind NAT64 reaches all of the old Internet so (RFC 6052 section 2.1); and
 * the other is no more than a way to write it (RFC 4291 section 2.5.5.2).
 */
static const struct str nat64 = STR_INIT("64:ff9b::/96");
static const unsigned char mapped_ipv4[12] = {	/* ::ffff:0:0/96 */
	[10] = 0xff, [11] = 0xff
};

/* An address of either family, in the order of the wire. */
struct address {
	int family;
	unsigned char bytes[16];
};

/* Are the first n bits the same? */
static bool same_bits(const unsigned char *a, const unsigned char *b,
		      unsigned n)
{
	const unsigned whole = n / 8, left = n % 8;

	if (memcmp(a, b, whole) != 0)
		return false;
	return left == 0 || (a[whole] ^ b[whole]) >> (8 - left) == 0;
}

static bool is_in(const struct network *n, const struct address *address)
{
	return address->family == n->family &&
	       same_bits(address->bytes, n->prefix, n->bits);
}

/* The network of a row of the tables above, which are right. */
static bool is_in_row(struct str row, const struct address *address)
{
	struct network n;
	const bool good = network_parse(row, &n);

	assert(good);
	return good && is_in(&n, address);
}

static bool is_in_rows(const struct str *rows, size_t count,
		       const struct address *address)
{
	for (size_t i = 0; i < count; i++) {
		if (is_in_row(rows[i], address))
			return true;
	}
	return false;
}

/* The IPv4 address in the last 32 bits. */
static struct address embedded(const struct address *ipv6)
{
	struct address ipv4 = { .family = AF_INET };

	memcpy(ipv4.bytes, ipv6->bytes + 12, 4);
	return ipv4;
}

static bool is_mapped(const unsigned char ipv6[16])
{
	return memcmp(ipv6, mapped_ipv4, sizeof(mapped_ipv4)) == 0;
}

/* False for a family that is neither.  What is mapped is unwrapped. */
static bool read_address(const struct sockaddr *from, struct address *out)
{
	struct address got = { .family = from->sa_family };
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	switch (from->sa_family) {
	case AF_INET:
		memcpy(&v4, from, sizeof(v4));
		memcpy(got.bytes, &v4.sin_addr, 4);
		break;
	case AF_INET6:
		memcpy(&v6, from, sizeof(v6));
		memcpy(got.bytes, &v6.sin6_addr, 16);
		if (is_mapped(got.bytes))
			got = embedded(&got);
		break;
	default:
		return false;
	}
	*out = got;
	return true;
}

/* A network of mapped addresses becomes the IPv4 network that it is. */
static void unwrap(struct network *n)
{
	struct network ipv4 = { .family = AF_INET };

	if (n->family != AF_INET6 || n->bits < 96 || !is_mapped(n->prefix))
		return;
	ipv4.bits = n->bits - 96;
	memcpy(ipv4.prefix, n->prefix + 12, 4);
	*n = ipv4;
}

/* Is there a bit behind the prefix? */
static bool has_host_bits(const struct network *n, unsigned width)
{
	for (unsigned i = n->bits; i < width; i++) {
		if (n->prefix[i / 8] & (0x80u >> i % 8))
			return true;
	}
	return false;
}

bool network_parse(struct str cidr, struct network *out)
{
	struct str address = str_cut(&cidr, '/');
	char text[INET6_ADDRSTRLEN] = "";
	struct network n = { 0 };
	long long bits;
	unsigned width;

	if (address.len == 0 || address.len >= sizeof(text) ||
	    str_has(address, '\0'))
		return false;
	memcpy(text, address.ptr, address.len);
	n.family = str_has(address, ':') ? AF_INET6 : AF_INET;
	width = n.family == AF_INET6 ? 128 : 32;
	if (inet_pton(n.family, text, n.prefix) != 1)
		return false;
	bits = width;
	if (cidr.ptr && (!str_number(cidr, &bits) || bits > width))
		return false;
	n.bits = (unsigned)bits;
	if (has_host_bits(&n, width))
		return false;
	unwrap(&n);
	*out = n;
	return true;
}

bool network_contains(const struct network *n, const struct sockaddr *address)
{
	struct address a;

	return read_address(address, &a) && is_in(n, &a);
}

bool network_list_is_valid(struct str list)
{
	struct network n;
	struct str word;

	while ((word = str_word(&list)).ptr) {
		if (!network_parse(word, &n))
			return false;
	}
	return true;
}

bool network_list_contains(struct str list, const struct sockaddr *address)
{
	struct network n;
	struct str word;

	while ((word = str_word(&list)).ptr) {
		if (network_parse(word, &n) && network_contains(&n, address))
			return true;
	}
	return false;
}

bool network_is_public(const struct sockaddr *address)
{
	struct address a;

	if (!read_address(address, &a))
		return false;
	if (is_in_row(nat64, &a))
		a = embedded(&a);
	if (a.family == AF_INET)
		return !is_in_rows(special_ipv4, COUNT(special_ipv4), &a);
	return is_in_row(global_ipv6, &a) &&
	       !is_in_rows(special_ipv6, COUNT(special_ipv6), &a);
}
