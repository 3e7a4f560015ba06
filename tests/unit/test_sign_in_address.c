/* test_sign_in_address.c - who counts as one address where attempts to sign in
 * are counted. */
#include "base/arena.h"
#include "oauth/sign_in.h"
#include "tap.h"

static const struct {
	const char *what;
	struct str one, other;
	bool same;
} pairs[] = {
	{ "two of IPv4", STR_INIT("192.0.2.1"), STR_INIT("192.0.2.2"), false },
	{ "two hosts of IPv6", STR_INIT("2001:db8:0:1::1"),
	  STR_INIT("2001:db8:0:2::1"), false },
	{ "two addresses of a host", STR_INIT("2001:db8:0:1::1"),
	  STR_INIT("2001:DB8:0:1:ffff::2"), true },
	/* As a web server names who comes by IPv4 to a socket of both. */
	{ "two that are mapped", STR_INIT("::ffff:192.0.2.1"),
	  STR_INIT("::ffff:192.0.2.2"), false },
	{ "one that is mapped, and itself", STR_INIT("::FFFF:c000:201"),
	  STR_INIT("192.0.2.1"), true },
	{ "this host, and one that is mapped", STR_INIT("::1"),
	  STR_INIT("::ffff:192.0.2.1"), false },
	{ "two names", STR_INIT("a"), STR_INIT("b"), false },
	{ "nothing, and an address", { NULL, 0 }, STR_INIT("::1"), false },
	{ "nothing twice", { NULL, 0 }, { NULL, 0 }, true },
};

static struct hash hash_of(struct arena *a, struct str address)
{
	const struct request rq = { .remote_addr = address };
	const struct exchange x = { .arena = a, .request = &rq };

	return sign_in_address(&x);
}

int main(void)
{
	struct arena *a = arena_new((size_t)1 << 20);

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		const struct hash one = hash_of(a, pairs[i].one);
		const struct hash other = hash_of(a, pairs[i].other);

		ok(hash_eq(&one, &other) == pairs[i].same, "address: %s",
		   pairs[i].what);
	}
	arena_free(a);
	return done_testing();
}
