/*
 * test_password_memory.c - a password that could not be looked at, for want of
 * memory, is not told as a wrong one: the process aborts, as for any memory.
 */
#include "crypto/password.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "child.h"
#include "crypto/random.h"
#include "tap.h"

/* What libsodium asks for when it reads this one, and nobody else does. */
static const char stored[] =
	"$argon2id$v=19$m=8,t=1,p=1$GKDSvPI6RfDcfVPL0nBrLw$"
	"mkQCUE0GCIZ3ZpeVxFCmnCVZDsFSSeuHBuWOEVhOUnM";
static bool there_is_none;
static unsigned asked;

/* In place of the library's.  ThreadSanitizer calls it for a thread that it
 * knows nothing of yet. */
__attribute__((no_sanitize_thread))
void *calloc(size_t n, size_t size)
{
	const bool reading = size == 1 && n == sizeof(stored) - 1;
	const bool fits = size == 0 || n <= ((size_t)-1 - 1) / size;
	void *p = NULL;

	asked += reading;
	if (fits && !(reading && there_is_none))
		p = malloc(n * size + 1);	/* of nothing, too */
	if (p)	/* not memset(): a compiler would make both one calloc() */
		explicit_bzero(p, n * size);
	return p;
}

static void verify(const void *arg)
{
	struct arena *a = arena_new(1 << 20);
	const struct secret password = { STR("password") };

	there_is_none = arg != NULL;
	(void)password_verify(a, password, str_of(stored));
	arena_free(a);
}

int main(void)
{
	crypto_init();
	ok(in_child(verify, NULL) == 0, "with memory there is an answer");
	verify(NULL);
	ok(asked == 1, "libsodium reads it by calloc()");
	ok(aborts(verify, stored), "without memory there is none");
	return done_testing();
}
