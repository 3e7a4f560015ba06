/*
 * network.c - a list of networks, as an administrator writes it: the first
 * line; and an address, as name resolution gives it: the next 16 bytes.
 */
#include "http/network.h"

#include <netinet/in.h>

#include "fuzz.h"

static void check_network(struct str word)
{
	struct network n;
	struct sockaddr_in four = { .sin_family = AF_INET };
	struct sockaddr_in6 six = { .sin6_family = AF_INET6 };

	if (!network_parse(word, &n))
		return;
	/* The first of its addresses is in it. */
	if (n.family == AF_INET) {
		assert(n.bits <= 32);
		memcpy(&four.sin_addr, n.prefix, 4);
		assert(network_contains(&n, (void *)&four));
		return;
	}
	assert(n.family == AF_INET6 && n.bits <= 128);
	memcpy(&six.sin6_addr, n.prefix, 16);
	assert(network_contains(&n, (void *)&six) || n.bits < 96);
}

/* An IPv4 address and the IPv6 one that is mapped to it are the same. */
static void check_address(struct str list, const uint8_t bytes[16])
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };

	memcpy(&v6.sin6_addr, bytes, 16);
	(void)network_list_contains(list, (void *)&v6);
	(void)network_is_public((void *)&v6);
	memcpy(&v4.sin_addr, bytes + 12, 4);
	memset(&v6.sin6_addr, 0, 10);
	memset((uint8_t *)&v6.sin6_addr + 10, 0xff, 2);
	assert(network_is_public((void *)&v4) ==
	       network_is_public((void *)&v6));
	assert(network_list_contains(list, (void *)&v4) ==
	       network_list_contains(list, (void *)&v6));
	if (bytes[12] == 127 || bytes[12] == 10 || bytes[12] == 0)
		assert(!network_is_public((void *)&v4));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = fuzz_str(data, size), words, word;
	const struct str list = fuzz_line(&rest);
	struct network n;
	bool valid = true;

	for (words = list; (word = str_word(&words)).ptr;) {
		check_network(word);
		valid = valid && network_parse(word, &n);
	}
	assert(network_list_is_valid(list) == valid);
	if (rest.len >= 16)
		check_address(list, (const uint8_t *)rest.ptr);
	return 0;
}
