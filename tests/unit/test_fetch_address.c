/*
 * test_fetch_address.c - to which addresses a URL leads, and to which it may
 * not.
 */
#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fetch_asking.h"

static const struct fetch_policy nowhere = { .allow_http = true };

static const struct {
	const char *url;
	enum fetch_status nowhere, local;	/* with which networks */
} urls[] = {
	{ "http://127.0.0.1:$/", FETCH_REFUSED, FETCH_OK },
	{ "HTTP://127.0.0.1:$", FETCH_REFUSED, FETCH_OK },
	{ "http://127.0.0.1:$?x", FETCH_REFUSED, FETCH_OK },
	{ "http://127.0.0.2:$/", FETCH_REFUSED, FETCH_FAILED },
	{ "http://localhost:$/", FETCH_REFUSED, FETCH_OK },
	{ "http://LocalHost:$/", FETCH_REFUSED, FETCH_OK },
	{ "http://a.localhost:$/", FETCH_REFUSED, FETCH_OK },
	{ "http://loopback.test:$/", FETCH_REFUSED, FETCH_OK },
	{ "http://both.test:$/", FETCH_REFUSED, FETCH_OK },
	{ "http://both.test:1/", FETCH_REFUSED, FETCH_FAILED },
	{ "http://neither.test:$/", FETCH_REFUSED, FETCH_REFUSED },
	{ "http://private.test:$/", FETCH_REFUSED, FETCH_REFUSED },
	{ "https://private.test:$/", FETCH_REFUSED, FETCH_REFUSED },
	{ "http://metadata.test/", FETCH_REFUSED, FETCH_REFUSED },
	{ "https://metadata.test/", FETCH_REFUSED, FETCH_REFUSED },
	{ "https://mapped.test/", FETCH_REFUSED, FETCH_REFUSED },
	{ "https://localhost:$/", FETCH_REFUSED, FETCH_FAILED },
	{ "https://127.0.0.1:$/", FETCH_REFUSED, FETCH_FAILED },
	/* Plain http is for the networks alone. */
	{ "http://public.test:$/", FETCH_REFUSED, FETCH_REFUSED },
	{ "http://8.8.8.8:$/", FETCH_REFUSED, FETCH_REFUSED },
	/* Other ways to write 127.0.0.1. */
	{ "http://127.1:$/", FETCH_REFUSED, FETCH_OK },
	{ "http://0x7f.1:$/", FETCH_REFUSED, FETCH_OK },
	{ "http://0177.0.0.1:$/", FETCH_REFUSED, FETCH_OK },
	{ "http://2130706433:$/", FETCH_REFUSED, FETCH_OK },
	{ "http://017700000001:$/", FETCH_REFUSED, FETCH_OK },
	{ "http://0x7f000001:$/", FETCH_REFUSED, FETCH_OK },
	{ "https://2130706433:$/", FETCH_REFUSED, FETCH_FAILED },
	{ "http://[::ffff:127.0.0.1]:$/", FETCH_REFUSED, FETCH_OK },
	{ "http://[::ffff:7f00:1]:$/", FETCH_REFUSED, FETCH_OK },
	{ "http://[::127.0.0.1]:$/", FETCH_REFUSED, FETCH_REFUSED },
	{ "http://[::]:$/", FETCH_REFUSED, FETCH_REFUSED },
	{ "http://0.0.0.0:$/", FETCH_REFUSED, FETCH_REFUSED },
	{ "http://0:$/", FETCH_REFUSED, FETCH_REFUSED },
	{ "https://[64:ff9b::7f00:1]:$/", FETCH_REFUSED, FETCH_REFUSED },
	{ "https://[fe80::1]:$/", FETCH_REFUSED, FETCH_REFUSED },
	{ "https://[fd00:ec2::254]/", FETCH_REFUSED, FETCH_REFUSED },
	{ "https://169.254.169.254/", FETCH_REFUSED, FETCH_REFUSED },
	{ "https://0xa9fea9fe/", FETCH_REFUSED, FETCH_REFUSED },

	{ "http://{127.0.0.1}:$/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "http://a,b:$/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "http://a;b:$/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "/relative", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "//127.0.0.1:$/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "127.0.0.1:$/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "localhost:$/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "http:/127.0.0.1:$/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "http:///127.0.0.1:$/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "http:127.0.0.1:$/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "http://", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "http://:$/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "file:///etc/passwd", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "file://127.0.0.1/etc/passwd", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "gopher://127.0.0.1:$/_GET", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "ftp://127.0.0.1:$/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "dict://127.0.0.1:$/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "ldap://127.0.0.1:$/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "ws://127.0.0.1:$/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "http+unix://127.0.0.1:$/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "javascript:alert(1)", FETCH_BAD_URL, FETCH_BAD_URL },
	{ " http://127.0.0.1:$/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "http://127.0.0.1:$/ ", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "http://127.0.0.1:$/a b", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "http://127.0.0.1:$\\@x/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "http://127.0.0.1:$/#fragment", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "http://127.0.0.1:$/#", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "http://user:password@127.0.0.1:$/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "http://user@127.0.0.1:$/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "http://@127.0.0.1:$/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "http://public.test@127.0.0.1:$/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "http://127.0.0.1:$@public.test/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "http://127.0.0.1:x$/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "http://127.0.0.1:99999/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "http://local%68ost:$/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "http://localhost%00.x:$/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "http://a,b:$/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "http://[::1%25lo]:$/", FETCH_BAD_URL, FETCH_BAD_URL },
	{ "http://[127.0.0.1]:$/", FETCH_BAD_URL, FETCH_BAD_URL },
	/* 127.0.0.1 in other digits of Unicode, which IDNA would fold. */
	{ "http://\xe2\x91\xa0\xe2\x91\xa1\xe2\x91\xa6.0.0.1:$/",
	  FETCH_BAD_URL, FETCH_BAD_URL },
	{ "http://b\xc3\xbc" "cher.test:$/", FETCH_BAD_URL, FETCH_BAD_URL },
};

static void test_urls(struct arena *a)
{
	const struct fetch_policy strict = { .networks = LOOPBACK };
	struct fetch f;
	unsigned before;

	serve_next("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
	for (size_t i = 0; i < COUNT(urls); i++) {
		f = get(url_of(a, urls[i].url));
		before = atomic_load(&connects);
		fetch_run(a, &nowhere, &f, 1);
		is_status(&f, urls[i].nowhere, f.url.ptr);
		ok(atomic_load(&connects) == before, "it connects nowhere");
		fetch_run(a, &local, &f, 1);
		is_status(&f, urls[i].local, "with the networks");
		if (urls[i].local != FETCH_OK || urls[i].nowhere == FETCH_OK)
			continue;
		fetch_run(a, &strict, &f, 1);
		is_status(&f, FETCH_BAD_URL, "without leave for http");
	}
	f = get(STR_NONE);
	fetch_run(a, &local, &f, 1);
	is_status(&f, FETCH_BAD_URL, "no URL");
	f = get(STR("http://127.0.0.1/\0"));
	fetch_run(a, &local, &f, 1);
	is_status(&f, FETCH_BAD_URL, "a NUL in it");
	f = get(url_of(a, "http://127.0.0.1:$/\r\nX: y"));
	fetch_run(a, &local, &f, 1);
	is_status(&f, FETCH_BAD_URL, "a line's end in it");

	f = get(STR("https://private.test/secret?token=secret"));
	fetch_run(a, &nowhere, &f, 1);
	ok(str_eq(f.reason, STR("the address 10.0.0.1 is not allowed")),
	   "the reason names the address, and not the URL");
	f = get(url_of(a, "http://127.0.0.2:$/secret?token=secret"));
	fetch_run(a, &local, &f, 1);
	ok(!strstr(f.reason.ptr, "secret"), "nor does it here: %.*s",
	   STR_ARG(f.reason));
	fetch_run(a, &local, NULL, 0);
	ok(true, "none at all is no fault");
}

static void test_public(struct arena *a)
{
	struct fetch f = get(STR("https://public.test/"));

	fetch_run(a, &nowhere, &f, 1);
	is_status(&f, FETCH_FAILED, "a public address, where nobody is");
	ok(atomic_exchange(&public_target, 0) == inet_addr("8.8.8.8"),
	   "is connected to");
	f = get(STR("https://134744072:4433/"));
	fetch_run(a, &local, &f, 1);
	is_status(&f, FETCH_FAILED, "by its number, on any port");
	ok(atomic_exchange(&public_target, 0) == inet_addr("8.8.8.8"),
	   "is connected to");
	f = get(STR("http://public.test/"));
	fetch_run(a, &local, &f, 1);
	ok(atomic_load(&public_target) == 0, "but not by plain http");
}

static void test_nobody(struct arena *a)
{
	int fd;
	const int port = listen_at(AF_INET, 0, &fd);
	struct fetch f;
	struct buf b;

	close(fd);
	buf_init(&b, a);
	buf_addf(&b, "http://127.0.0.1:%d/", port);
	f = get(buf_str(&b));
	fetch_run(a, &local, &f, 1);
	is_status(&f, FETCH_FAILED, "where nobody listens");
	ok(f.http_status == 0, "there is no status");
	f = ask(a, "http://nobody.invalid:$/");
	is_status(&f, FETCH_FAILED, "a name that is none");
}

static void test_ipv6(struct arena *a)
{
	const struct fetch_policy other = { .networks = STR("127.0.0.0/8"),
					    .allow_http = true };
	struct fetch f = get(url_of(a, "http://[::1]:$/"));

	serve_next("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
	fetch_run(a, &local, &f, 1);
	is_status(&f, FETCH_OK, "by IPv6");
	fetch_run(a, &other, &f, 1);
	is_status(&f, FETCH_REFUSED, "not with IPv4's networks");
	fetch_run(a, &nowhere, &f, 1);
	is_status(&f, FETCH_REFUSED, "nor with none");
}

/* Half of them go to where they may not. */
static void *ask_often(void *failures)
{
	struct arena *a = arena_new(16u << 20);

	for (int i = 0; i < 10; i++) {
		struct fetch all[4];

		for (size_t j = 0; j < COUNT(all); j++)
			all[j] = get(url_of(a, j % 2
						? "http://neither.test:$/"
						: "http://loopback.test:$/"));
		fetch_run(a, &local, all, COUNT(all));
		for (size_t j = 0; j < COUNT(all); j++) {
			if (all[j].status != (j % 2 ? FETCH_REFUSED
					      : FETCH_OK))
				atomic_fetch_add((atomic_uint *)failures, 1);
		}
		arena_reset(a);
	}
	arena_free(a);
	return NULL;
}

static void test_threads(void)
{
	atomic_uint failures = 0;
	pthread_t threads[4];

	serve_next("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
	for (size_t i = 0; i < COUNT(threads); i++) {
		if (pthread_create(&threads[i], NULL, ask_often,
				   &failures) != 0)
			abort();
	}
	for (size_t i = 0; i < COUNT(threads); i++)
		pthread_join(threads[i], NULL);
	ok(atomic_load(&failures) == 0, "four threads at once");
}

int main(void)
{
	struct arena *a = arena_new(16u << 20);
	bool six;

	signal(SIGPIPE, SIG_IGN);
	serve_next("");
	six = start_server();
	fetch_init();
	test_urls(a);
	test_public(a);
	test_nobody(a);
	if (six)
		test_ipv6(a);
	else
		skip("there is no IPv6 here");
	test_threads();
	arena_free(a);
	return done_testing();
}
