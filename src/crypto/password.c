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

/* What libsodium gives a string that it makes. */
#define DIGEST_LEN 32

/* What a stored string says, and what crypto_pwhash() can be asked for: one
 * lane, and a salt and a digest of the lengths that libsodium itself takes. */
struct verifier {
	long long kib, passes;
	unsigned char salt[crypto_pwhash_SALTBYTES];
	unsigned char digest[DIGEST_LEN];
};

struct hashing {
	char *out;
	struct str password;
	const struct verifier *verifier;	/* NULL: of another shape */
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

/*
 * crypto_pwhash_str_verify() says of a want of memory that it is another
 * password, which nobody must be told who knows it; crypto_pwhash() says which.
 */
static void verify_now(void *arg)
{
	struct hashing *h = arg;
	const struct verifier *v = h->verifier;
	unsigned char digest[DIGEST_LEN];

	if (crypto_pwhash(digest, sizeof(digest), h->password.ptr,
			  h->password.len, v->salt,
			  (unsigned long long)v->passes, (size_t)v->kib << 10,
			  crypto_pwhash_ALG_ARGON2ID13) != 0)
		abort();
	h->fits = sodium_memcmp(digest, v->digest, sizeof(digest)) == 0;
	sodium_memzero(digest, sizeof(digest));
}

/* A string that was made elsewhere, of several lanes or with another salt: of
 * those there is nothing but crypto_pwhash_str_verify(). */
static void verify_other_now(void *arg)
{
	struct hashing *h = arg;

	errno = 0;
	h->fits = crypto_pwhash_str_verify(h->stored, h->password.ptr,
					   h->password.len) == 0;
	/* EINVAL: it is another password.  Anything else: nobody knows. */
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

/* "$argon2id$v=19$m=65536,t=2," and what follows, in *rest: no more than 1 GiB
 * or 16 passes. */
static bool read_cost(struct str stored, struct verifier *v, struct str *rest)
{
	static const struct str prefix = STR_INIT("$argon2id$v=19$m=");

	*rest = str_skip(stored, prefix.len);
	if (!str_starts(stored, prefix) ||
	    !str_number(str_cut(rest, ','), &v->kib) || v->kib > 1 << 20 ||
	    !str_starts(*rest, STR("t=")))
		return false;
	*rest = str_skip(*rest, 2);
	return str_number(str_cut(rest, ','), &v->passes) && v->passes <= 16;
}

static bool read_base64(struct str text, unsigned char *out, size_t n)
{
	size_t got = 0;

	return text.ptr &&
	       sodium_base642bin(out, n, text.ptr, text.len, NULL, &got, NULL,
				 sodium_base64_VARIANT_ORIGINAL_NO_PADDING) ==
		       0 && got == n;
}

/* "p=1$GKDSvPI6RfDcfVPL0nBrLw$mkQCUE...", as libsodium writes it? */
static bool is_ours(struct str rest, struct verifier *v)
{
	return v->kib >= 8 && v->passes >= 1 &&
	       str_eq(str_cut(&rest, '$'), STR("p=1")) &&
	       read_base64(str_cut(&rest, '$'), v->salt, sizeof(v->salt)) &&
	       read_base64(rest, v->digest, sizeof(v->digest));
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
static bool can_be_run(struct arena *a, struct str stored, struct verifier *v,
		       struct hashing *h)
{
	struct str rest;

	if (!read_cost(stored, v, &rest))
		return false;
	if (is_ours(rest, v)) {
		h->verifier = v;
		return true;
	}
	if (stored.len >= crypto_pwhash_STRBYTES || str_has(stored, '\0'))
		return false;
	h->stored = str_cstr(a, stored);
	return is_readable(h->stored);
}

bool password_verify(struct arena *a, struct secret password,
		     struct str stored)
{
	/* What nobody's password gives. */
	static const struct verifier nobody = { .kib = 65536, .passes = 2 };
	const bool typed = is_password(password.bytes);
	struct verifier v;
	struct hashing h = {
		.password = typed ? password.bytes : STR("nobody"),
	};
	const bool known = can_be_run(a, stored, &v, &h);

	if (!known)
		h.verifier = &nobody;
	pool_run(&gate, h.verifier ? verify_now : verify_other_now, &h);
	return known && typed && h.fits;
}
