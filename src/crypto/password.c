/* password.c - Argon2id (RFC 9106), by libsodium. */
#include "crypto/password.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/pool.h"

/* The process's and not a request's: what it bounds is its memory. */
static struct pool gate = POOL(PASSWORD_PARALLEL);

struct hashing {
	char *out;
	struct str password;
	const char *stored;
	bool fits;
};

static void hash_now(void *arg)
{
	struct hashing *h = arg;

	/* Of what could be wrong nothing is left but want of memory. */
	if (crypto_pwhash_str_alg(h->out, h->password.ptr, h->password.len,
				  crypto_pwhash_OPSLIMIT_INTERACTIVE,
				  crypto_pwhash_MEMLIMIT_INTERACTIVE,
				  crypto_pwhash_ALG_ARGON2ID13) != 0)
		abort();
}

static void verify_now(void *arg)
{
	struct hashing *h = arg;

	errno = 0;
	h->fits = crypto_pwhash_str_verify(h->stored, h->password.ptr,
					   h->password.len) == 0;
	/* EINVAL: it is another password.  Anything else: nobody knows, which
	 * is not to be told as that. */
	if (!h->fits && errno != EINVAL)
		abort();
}

/* Longer ones are refused, not cut; a NUL can not be typed. */
static bool is_password(struct str s)
{
	return s.len > 0 && s.len <= PASSWORD_MAX && !str_has(s, '\0');
}

struct str password_hash(struct arena *a, struct secret password)
{
	struct hashing h = {
		.out = arena_alloc(a, crypto_pwhash_STRBYTES),
		.password = password.bytes,
	};

	if (!is_password(password.bytes))
		return STR_NONE;
	pool_run(&gate, hash_now, &h);
	return str_of(h.out);
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

/* Is it one that libsodium can read? */
static bool is_readable(const char *stored)
{
	errno = 0;
	if (crypto_pwhash_str_needs_rehash(
		    stored, crypto_pwhash_OPSLIMIT_INTERACTIVE,
		    crypto_pwhash_MEMLIMIT_INTERACTIVE) >= 0)
		return true;
	/* It says -1 of a want of memory, too, and that must not be told as
	 * another password. */
	if (errno != EINVAL)
		abort();
	return false;
}

/*
 * Will it be run and not thrown out at once?  Of a string that can not be read,
 * libsodium can not say whether it needs to be made again.
 */
static bool can_be_run(struct arena *a, struct str stored)
{
	return stored.len < crypto_pwhash_STRBYTES &&
	       !str_has(stored, '\0') && cost_is_bearable(stored) &&
	       is_readable(str_cstr(a, stored));
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
	struct hashing h = {
		.stored = known ? str_cstr(a, stored) : nobody,
		.password = typed ? password.bytes : STR("nobody"),
	};

	pool_run(&gate, verify_now, &h);
	return known && typed && h.fits;
}
