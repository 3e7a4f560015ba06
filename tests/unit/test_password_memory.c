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

/* Of two lanes, so libsodium reads it: what it then asks for, and nobody else
 * does. */
static const char two_lanes[] =
	"$argon2id$v=19$m=16,t=1,p=2$GKDSvPI6RfDcfVPL0nBrLw$"
	"mkQCUE0GCIZ3ZpeVxFCmnCVZDsFSSeuHBuWOEVhOUnM";
static bool there_is_none;
static unsigned asked;

/* In place of the library's.  ThreadSanitizer calls it for a thread that it
 * knows nothing of yet. */
__attribute__((no_sanitize_thread))
void *calloc(size_t n, size_t size)
{
	const bool reading = size == 1 && n == sizeof(two_lanes) - 1;
	const bool fits = size == 0 || n <= ((size_t)-1 - 1) / size;
	void *p = NULL;

	asked += reading;
	if (fits && !(reading && there_is_none))
		p = malloc(n * size + 1);	/* of nothing, too */
	if (p)	/* not memset(): a compiler would make both one calloc() */
		explicit_bzero(p, n * size);
	return p;
}

static void read_two_lanes(const void *arg)
{
	struct arena *a = arena_new(1 << 20);
	const struct secret password = { STR("password") };

	there_is_none = arg != NULL;
	(void)password_verify(a, password, str_of(two_lanes));
	arena_free(a);
}

static bool right, limited;

/* What this process has, and 32 MiB: enough for all but Argon2id. */
static bool limit_memory(void)
{
	FILE *f = fopen("/proc/self/statm", "re");
	struct rlimit r = { 0, 0 };
	char line[128] = "";

	if (!f)
		return false;
	r.rlim_cur = fgets(line, sizeof(line), f)
		? strtoull(line, NULL, 10) * (rlim_t)sysconf(_SC_PAGESIZE) +
		  ((rlim_t)32 << 20)
		: 0;
	r.rlim_max = r.rlim_cur;
	return fclose(f) == 0 && r.rlim_cur > 0 &&
	       setrlimit(RLIMIT_AS, &r) == 0;
}

static void verify(const void *arg)
{
	const struct secret password = { STR("password") };
	const struct secret typed = { right ? STR("password") : STR("other") };
	struct arena *a = arena_new(1 << 20);
	struct str stored = password_hash(a, password);
	bool fits;

	if (limited && !limit_memory())
		_exit(2);
	fits = password_verify(a, typed, arg ? stored : STR_NONE);
	_exit(fits ? 1 : 0);
}

int main(void)
{
	static const int fits = 1 << 8;	/* as wait(2) has an exit with 1 */

	crypto_init();
	ok(in_child(read_two_lanes, NULL) == 0, "with memory it is read");
	read_two_lanes(NULL);
	ok(asked == 1, "libsodium reads it by calloc()");
	ok(aborts(read_two_lanes, two_lanes), "without memory it is not");

	right = true;
	ok(in_child(verify, two_lanes) == fits, "with memory it fits");
	right = false;
	ok(in_child(verify, two_lanes) == 0, "with memory another does not");
	limited = true;
	ok(aborts(verify, two_lanes), "without memory nobody knows");
	right = true;
	ok(aborts(verify, two_lanes), "nor of the right one");
	ok(aborts(verify, NULL), "nor where there is no such person");
	return done_testing();
}
