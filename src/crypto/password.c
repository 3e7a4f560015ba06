/* password.c - Argon2id (RFC 9106), by libsodium. */
#include "crypto/password.h"

#include <pthread.h>
#include <sodium.h>
#include <string.h>

#include "base/arena.h"

/*
 * The gate.  It belongs to the process and not to a request: what it bounds is
 * the process's memory.
 */
static struct {
	pthread_mutex_t mutex;
	pthread_cond_t free;
	unsigned running;
} gate = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0 };

static void gate_enter(void)
{
	pthread_mutex_lock(&gate.mutex);
	while (gate.running >= PASSWORD_PARALLEL)
		pthread_cond_wait(&gate.free, &gate.mutex);
	gate.running++;
	pthread_mutex_unlock(&gate.mutex);
}

static void gate_leave(void)
{
	pthread_mutex_lock(&gate.mutex);
	gate.running--;
	pthread_cond_signal(&gate.free);
	pthread_mutex_unlock(&gate.mutex);
}

/* Longer ones are refused, not cut; a NUL can not be typed. */
static bool is_password(struct str s)
{
	return s.len > 0 && s.len <= PASSWORD_MAX && !str_has(s, '\0');
}

struct str password_hash(struct arena *a, struct secret password)
{
	char *out = arena_alloc(a, crypto_pwhash_STRBYTES);
	int failed;

	if (!is_password(password.bytes))
		return STR_NONE;
	gate_enter();
	failed = crypto_pwhash_str_alg(out, password.bytes.ptr,
				       password.bytes.len,
				       crypto_pwhash_OPSLIMIT_INTERACTIVE,
				       crypto_pwhash_MEMLIMIT_INTERACTIVE,
				       crypto_pwhash_ALG_ARGON2ID13);
	gate_leave();
	return failed ? STR_NONE : str_of(out);
}

/* "$argon2id$v=19$m=65536,t=2,p=1$...", and no more than 1 GiB or 16 passes. */
static bool cost_is_bearable(struct str stored)
{
	static const struct str prefix = STR_INIT("$argon2id$v=19$m=");
	long long kib, passes;
	struct str rest = str_skip(stored, prefix.len);

	return str_starts(stored, prefix) &&
	       str_number(str_cut(&rest, ','), &kib) && kib <= 1 << 20 &&
	       str_starts(rest, STR("t=")) &&
	       (rest = str_skip(rest, 2)).ptr &&
	       str_number(str_cut(&rest, ','), &passes) && passes <= 16;
}

/*
 * Will it be run and not thrown out at once?  Of a string that can not be read,
 * libsodium can not say whether it needs to be made again.
 */
static bool can_be_run(struct arena *a, struct str stored)
{
	return stored.len < crypto_pwhash_STRBYTES &&
	       !str_has(stored, '\0') && cost_is_bearable(stored) &&
	       crypto_pwhash_str_needs_rehash(
		       str_cstr(a, stored), crypto_pwhash_OPSLIMIT_INTERACTIVE,
		       crypto_pwhash_MEMLIMIT_INTERACTIVE) >= 0;
}

bool password_verify(struct arena *a, struct secret password,
		     struct str stored)
{
	/* Of a password that nobody has. */
	static const char nobody[] =
		"$argon2id$v=19$m=65536,t=2,p=1$GKDSvPI6RfDcfVPL0nBrLw$"
		"mkQCUE0GCIZ3ZpeVxFCmnCVZDsFSSeuHBuWOEVhOUnM";
	const bool known = can_be_run(a, stored);
	const bool typed = is_password(password.bytes);
	const char *text = known ? str_cstr(a, stored) : nobody;
	struct str tried = typed ? password.bytes : STR("nobody");
	int wrong;

	gate_enter();
	wrong = crypto_pwhash_str_verify(text, tried.ptr, tried.len);
	gate_leave();
	return known && typed && wrong == 0;
}
