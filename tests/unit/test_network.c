/*
 * test_network.c - which addresses are public, and which are in a network.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

#include "http/network.h"
#include "tap.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

union any {
	struct sockaddr sa;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_un un;
};

static union any address_of(const char *text)
{
	union any a;

	memset(&a, 0, sizeof(a));
	if (strchr(text, ':')) {
		a.v6.sin6_family = AF_INET6;
		a.v6.sin6_port = htons(443);
		if (inet_pton(AF_INET6, text, &a.v6.sin6_addr) != 1)
			ok(false, "%s is no address", text);
	} else {
		a.v4.sin_family = AF_INET;
		a.v4.sin_port = htons(443);
		if (inet_pton(AF_INET, text, &a.v4.sin_addr) != 1)
			ok(false, "%s is no address", text);
	}
	return a;
}

/* Just inside and just outside of every row. */
static const struct {
	const char *address;
	bool public;
} addresses[] = {
	{ "0.0.0.0", false },
	{ "0.255.255.255", false },
	{ "1.0.0.0", true },
	{ "1.1.1.1", true },
	{ "8.8.8.8", true },
	{ "9.255.255.255", true },
	{ "10.0.0.0", false },
	{ "10.255.255.255", false },
	{ "11.0.0.0", true },
	{ "100.63.255.255", true },
	{ "100.64.0.0", false },
	{ "100.100.100.200", false },	/* metadata of a cloud */
	{ "100.127.255.255", false },
	{ "100.128.0.0", true },
	{ "126.255.255.255", true },
	{ "127.0.0.0", false },
	{ "127.0.0.1", false },
	{ "127.1.2.3", false },
	{ "127.255.255.255", false },
	{ "128.0.0.0", true },
	{ "169.253.255.255", true },
	{ "169.254.0.0", false },
	{ "169.254.169.254", false },	/* metadata of most clouds */
	{ "169.254.255.255", false },
	{ "169.255.0.0", true },
	{ "172.15.255.255", true },
	{ "172.16.0.0", false },
	{ "172.31.255.255", false },
	{ "172.32.0.0", true },
	{ "191.255.255.255", true },
	{ "192.0.0.0", false },
	{ "192.0.0.8", false },
	{ "192.0.0.170", false },
	{ "192.0.0.255", false },
	{ "192.0.1.0", true },
	{ "192.0.1.255", true },
	{ "192.0.2.0", false },
	{ "192.0.2.255", false },
	{ "192.0.3.0", true },
	{ "192.88.98.255", true },
	{ "192.88.99.1", false },
	{ "192.88.100.0", true },
	{ "192.167.255.255", true },
	{ "192.168.0.0", false },
	{ "192.168.255.255", false },
	{ "192.169.0.0", true },
	{ "198.17.255.255", true },
	{ "198.18.0.0", false },
	{ "198.19.255.255", false },
	{ "198.20.0.0", true },
	{ "198.51.99.255", true },
	{ "198.51.100.0", false },
	{ "198.51.100.255", false },
	{ "198.51.101.0", true },
	{ "203.0.112.255", true },
	{ "203.0.113.0", false },
	{ "203.0.113.255", false },
	{ "203.0.114.0", true },
	{ "223.255.255.255", true },
	{ "224.0.0.0", false },
	{ "224.0.0.1", false },
	{ "239.255.255.255", false },
	{ "240.0.0.0", false },
	{ "255.255.255.254", false },
	{ "255.255.255.255", false },

	{ "::", false },
	{ "::1", false },
	{ "::2", false },
	/* IPv4-compatible, RFC 4291 section 2.5.5.1: nobody's any more. */
	{ "::127.0.0.1", false },
	{ "::10.0.0.1", false },
	{ "::8.8.8.8", false },
	/* IPv4-mapped, RFC 4291 section 2.5.5.2 */
	{ "::ffff:127.0.0.1", false },
	{ "::ffff:7f00:1", false },
	{ "::ffff:10.1.2.3", false },
	{ "::ffff:169.254.169.254", false },
	{ "::ffff:192.168.1.1", false },
	{ "::ffff:100.64.0.1", false },
	{ "::ffff:0.0.0.0", false },
	{ "::ffff:255.255.255.255", false },
	{ "::ffff:8.8.8.8", true },
	{ "::fffe:8.8.8.8", false },
	{ "::1:ffff:8.8.8.8", false },
	/* IPv4-translated, RFC 2765 section 2.1 */
	{ "::ffff:0:127.0.0.1", false },
	{ "::ffff:0:8.8.8.8", false },
	/* NAT64, RFC 6052 section 2.1, and the local one, RFC 8215 */
	{ "64:ff9b::127.0.0.1", false },
	{ "64:ff9b::10.0.0.1", false },
	{ "64:ff9b::169.254.169.254", false },
	{ "64:ff9b::192.0.2.1", false },
	{ "64:ff9b::8.8.8.8", true },
	{ "64:ff9b::1:8.8.8.8", false },
	{ "64:ff9b:1::8.8.8.8", false },
	{ "64:ff9b:1:ffff::1", false },
	{ "64:ff9c::8.8.8.8", false },
	/* Discard-only, RFC 6666, and the dummy prefix, RFC 9780 */
	{ "100::1", false },
	{ "100:0:0:1::1", false },
	{ "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false },
	/* Teredo RFC 4380, benchmarking RFC 5180, ORCHID RFC 4843 and 7343 */
	{ "2001::1", false },
	{ "2001:0:7f00:1::", false },
	{ "2001:2::1", false },
	{ "2001:10::1", false },
	{ "2001:20::1", false },
	{ "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", false },
	{ "2001:200::", true },
	{ "2001:4860:4860::8888", true },
	{ "2001:db7:ffff::1", true },
	{ "2001:db8::", false },
	{ "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", false },
	{ "2001:db9::1", true },
	/* 6to4, RFC 3056 */
	{ "2002:7f00:1::", false },
	{ "2002:7f00:1::1", false },
	{ "2002:a00:1::1", false },
	{ "2002:c0a8:101::1", false },
	{ "2002:808:808::1", false },
	{ "2003::1", true },
	{ "2606:4700:4700::1111", true },
	{ "2620:4f:8000::1", true },
	{ "2a00:1450:4001::1", true },
	{ "3ffe:ffff::1", true },
	{ "3fff::1", false },
	{ "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", false },
	{ "3fff:1000::1", true },
	{ "3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", true },
	{ "4000::", false },
	{ "5f00::1", false },
	{ "8000::1", false },
	{ "fbff::1", false },
	{ "fc00::1", false },
	{ "fd00:ec2::254", false },	/* metadata of a cloud */
	{ "fdff:ffff::1", false },
	{ "fe00::1", false },
	{ "fe80::1", false },
	{ "fe80::5efe:127.0.0.1", false },	/* ISATAP */
	{ "febf::1", false },
	{ "fec0::1", false },
	{ "feff::1", false },
	{ "ff02::1", false },
	{ "ff0e::1", false },
	{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false },
};

static void test_public(void)
{
	union any other = { .un = { .sun_family = AF_UNIX } };

	for (size_t i = 0; i < COUNT(addresses); i++) {
		const union any a = address_of(addresses[i].address);

		ok(network_is_public(&a.sa) == addresses[i].public,
		   "%s is %spublic", addresses[i].address,
		   addresses[i].public ? "" : "not ");
	}
	ok(!network_is_public(&other.sa), "a Unix socket is not public");
	other.sa.sa_family = AF_UNSPEC;
	ok(!network_is_public(&other.sa), "no family is not public");
}

static const struct {
	struct str cidr;
	int family;
	unsigned bits;
} good[] = {
	{ STR_INIT("127.0.0.0/8"), AF_INET, 8 },
	{ STR_INIT("0.0.0.0/0"), AF_INET, 0 },
	{ STR_INIT("192.0.2.1"), AF_INET, 32 },
	{ STR_INIT("192.0.2.1/32"), AF_INET, 32 },
	{ STR_INIT("192.0.2.128/25"), AF_INET, 25 },
	{ STR_INIT("255.255.255.254/31"), AF_INET, 31 },
	{ STR_INIT("::/0"), AF_INET6, 0 },
	{ STR_INIT("::1"), AF_INET6, 128 },
	{ STR_INIT("::1/128"), AF_INET6, 128 },
	{ STR_INIT("2001:db8::/32"), AF_INET6, 32 },
	{ STR_INIT("2001:DB8::/32"), AF_INET6, 32 },
	{ STR_INIT("8000::/1"), AF_INET6, 1 },
	{ STR_INIT("::ffff:0:0/96"), AF_INET, 0 },
	{ STR_INIT("::ffff:127.0.0.0/104"), AF_INET, 8 },
	{ STR_INIT("::ffff:127.0.0.1"), AF_INET, 32 },
	{ STR_INIT("0000:0000:0000:0000:0000:0000:192.168.100.228"),
	  AF_INET6, 128 },
};

static const struct str bad[] = {
	STR_INIT(""),
	STR_INIT("/"),
	STR_INIT("/8"),
	STR_INIT("localhost"),
	STR_INIT("127.0.0.0/"),
	STR_INIT("127.0.0.0/33"),
	STR_INIT("127.0.0.0/-1"),
	STR_INIT("127.0.0.0/+8"),
	STR_INIT("127.0.0.0/8 "),
	STR_INIT(" 127.0.0.0/8"),
	STR_INIT("127.0.0.0 /8"),
	STR_INIT("127.0.0.0/8/8"),
	STR_INIT("127.0.0.0/8x"),
	STR_INIT("127.0.0.0/255.0.0.0"),
	STR_INIT("127.0.0.0/18446744073709551624"),
	STR_INIT("127.0.0.0/4294967304"),
	STR_INIT("127.0.0.1/8"),	/* bits behind the prefix */
	STR_INIT("127.0.0.1/31"),
	STR_INIT("128.0.0.0/0"),
	STR_INIT("192.168.1.0/23"),
	STR_INIT("127/8"),
	STR_INIT("127.0.0/24"),
	STR_INIT("127.0.0.256"),
	STR_INIT("127.0.0.01"),
	STR_INIT("0177.0.0.1"),
	STR_INIT("0x7f.0.0.1"),
	STR_INIT("2130706433"),
	STR_INIT("127.0.0.1.1"),
	STR_INIT("127.0.0.1\0"),
	STR_INIT("127.0.0.1\0/32"),
	STR_INIT("\0"),
	STR_INIT("[::1]/128"),
	STR_INIT("::1/129"),
	STR_INIT("::1/127"),
	STR_INIT("2001:db8::1/32"),
	STR_INIT("fe80::1%eth0"),
	STR_INIT("fe80::%1/10"),
	STR_INIT(":::/0"),
	STR_INIT("1::2::3"),
	STR_INIT("1:2:3:4:5:6:7"),
	STR_INIT("1:2:3:4:5:6:7:8:9"),
	STR_INIT("12345::"),
	STR_INIT("::ffff:127.0.0.1/104"),
	STR_INIT("00000000000000000000000000000000000000000000000000::1"),
	STR_INIT("0.0.0.0,10.0.0.0/8"),
	STR_INIT("*"),
};

static void test_parse(void)
{
	struct network n;

	for (size_t i = 0; i < COUNT(good); i++) {
		n = (struct network){ 0 };
		ok(network_parse(good[i].cidr, &n) &&
		   n.family == good[i].family && n.bits == good[i].bits,
		   "%s is a network", good[i].cidr.ptr);
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		n = (struct network){ .family = -1 };
		ok(!network_parse(bad[i], &n) && n.family == -1,
		   "\"%s\" (%zu) is no network", bad[i].ptr, bad[i].len);
	}
	n = (struct network){ .family = -1 };
	ok(!network_parse(STR_NONE, &n) && n.family == -1,
	   "the absent is no network");
}

static const struct {
	const char *list, *address;
	bool inside;
} lists[] = {
	{ "127.0.0.0/8", "127.0.0.1", true },
	{ "127.0.0.0/8", "127.255.255.255", true },
	{ "127.0.0.0/8", "126.255.255.255", false },
	{ "127.0.0.0/8", "128.0.0.0", false },
	{ "127.0.0.0/8", "::1", false },
	{ "127.0.0.0/8", "::127.0.0.1", false },
	{ "127.0.0.0/8", "7f00::1", false },
	{ "127.0.0.0/8", "::ffff:127.0.0.1", true },
	{ "::ffff:127.0.0.0/104", "127.0.0.1", true },
	{ "::ffff:127.0.0.0/104", "::ffff:127.9.9.9", true },
	{ "::ffff:127.0.0.0/104", "::ffff:128.9.9.9", false },
	{ "192.0.2.64/26", "192.0.2.63", false },
	{ "192.0.2.64/26", "192.0.2.64", true },
	{ "192.0.2.64/26", "192.0.2.127", true },
	{ "192.0.2.64/26", "192.0.2.128", false },
	{ "192.0.2.7", "192.0.2.7", true },
	{ "192.0.2.7", "192.0.2.6", false },
	{ "0.0.0.0/0", "255.1.2.3", true },
	{ "0.0.0.0/0", "::ffff:1.2.3.4", true },
	{ "0.0.0.0/0", "::1", false },
	{ "::/0", "2001:db8::1", true },
	{ "::/0", "127.0.0.1", false },
	{ "::/0", "::ffff:127.0.0.1", false },	/* which is IPv4 */
	{ "::1/128", "::1", true },
	{ "::1/128", "::2", false },
	{ "::1/128", "127.0.0.1", false },
	{ "2001:db8:8000::/33", "2001:db8:7fff::1", false },
	{ "2001:db8:8000::/33", "2001:db8:8000::1", true },
	{ "2001:db8:8000::/33", "2001:db8:ffff::1", true },
	{ "fe80::/10", "febf::1", true },
	{ "fe80::/10", "fec0::1", false },
	{ "127.0.0.0/8 ::1/128", "::1", true },
	{ "  127.0.0.0/8   ::1/128 ", "::1", true },
	{ "127.0.0.0/8 ::1/128", "10.0.0.1", false },
	{ "nonsense 127.0.0.1", "127.0.0.1", true },
	{ "nonsense 127.0.0.1/8", "127.0.0.1", false },
	{ "", "127.0.0.1", false },
	{ "", "8.8.8.8", false },
};

static void test_list(void)
{
	union any un = { .un = { .sun_family = AF_UNIX } };
	union any a = address_of("127.0.0.1");

	for (size_t i = 0; i < COUNT(lists); i++) {
		a = address_of(lists[i].address);
		ok(network_list_contains(str_of(lists[i].list), &a.sa) ==
		   lists[i].inside, "\"%s\" has %s%s", lists[i].list,
		   lists[i].inside ? "" : "not ", lists[i].address);
	}
	ok(!network_list_contains(STR_NONE, &a.sa), "no list has nothing");
	ok(!network_list_contains(STR("0.0.0.0/0 ::/0"), &un.sa),
	   "a Unix socket is in no network");

	ok(network_list_is_valid(STR("127.0.0.0/8 ::1/128")), "a valid list");
	ok(network_list_is_valid(STR("")), "an empty list is valid");
	ok(network_list_is_valid(STR_NONE), "so is none");
	ok(!network_list_is_valid(STR("127.0.0.0/8 ::1/129")),
	   "one bad word is too many");
	ok(!network_list_is_valid(STR("127.0.0.0/8,::1/128")),
	   "words are not separated by commas");
	ok(!network_list_is_valid(STR("127.0.0.0/8\t::1/128")),
	   "nor by tabs");
}

int main(void)
{
	test_public();
	test_parse();
	test_list();
	return done_testing();
}
