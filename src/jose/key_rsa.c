/* key_rsa.c - RSA keys (RFC 7518 section 6.3). */
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <stdlib.h>

#include "base/pool.h"
#include "jose/key.h"
#include "jose/signature.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define BITS_MIN 2048	/* RFC 7518 section 3.3 */
#define BITS_MAX 8192	/* so that a verification takes no second */

static const char *const names[] = {
	[RSA_N]  = OSSL_PKEY_PARAM_RSA_N,
	[RSA_E]  = OSSL_PKEY_PARAM_RSA_E,
	[RSA_D]  = OSSL_PKEY_PARAM_RSA_D,
	[RSA_P]  = OSSL_PKEY_PARAM_RSA_FACTOR1,
	[RSA_Q]  = OSSL_PKEY_PARAM_RSA_FACTOR2,
	[RSA_DP] = OSSL_PKEY_PARAM_RSA_EXPONENT1,
	[RSA_DQ] = OSSL_PKEY_PARAM_RSA_EXPONENT2,
	[RSA_QI] = OSSL_PKEY_PARAM_RSA_COEFFICIENT1,
};

static unsigned byte_at(struct str s, size_t i)
{
	return (unsigned char)s.ptr[i];
}

/* Of a number without leading zero bytes. */
static size_t bits(struct str n)
{
	size_t count = n.len * 8;

	for (unsigned top = byte_at(n, 0); top < 0x80; top <<= 1)
		count--;
	return count;
}

/* Odd and written as Base64urlUInt asks: "the minimum number of octets" (RFC
 * 7518 section 2). */
static bool is_odd_number(struct str n)
{
	return n.len > 0 && byte_at(n, 0) != 0 && byte_at(n, n.len - 1) & 1;
}

static unsigned remainder_of(struct str n, unsigned p)
{
	unsigned r = 0;

	for (size_t i = 0; i < n.len; i++)
		r = (r << 8 | byte_at(n, i)) % p;
	return r;
}

/* Is r a power of 65537, modulo the prime p? */
static bool is_power(unsigned r, unsigned p)
{
	const unsigned step = 65537 % p;
	unsigned power = 1;

	do {
		if (power == r)
			return true;
		power = power * step % p;
	} while (power != 1);
	return false;
}

/*
 * Was n made by the library that gave its primes away (CVE-2017-15361, "ROCA")?
 * Both are powers of 65537 modulo many small primes, and so is n; that of
 * another n is a matter of one in 2^27.
 */
static bool is_roca(struct str n)
{
	static const unsigned char primes[] = {
		3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59,
		61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127,
		131, 137, 139, 149, 151, 157, 163, 167,
	};

	for (size_t i = 0; i < COUNT(primes); i++) {
		if (!is_power(remainder_of(n, primes[i]), primes[i]))
			return false;
	}
	return true;
}

/* With e = 1 every message is its own signature; one of more than 64 bits is
 * nobody's, and only takes long. */
static bool is_public_part(struct str n, struct str e)
{
	return is_odd_number(n) && is_odd_number(e) && bits(n) >= BITS_MIN &&
	       bits(n) <= BITS_MAX && e.len <= 8 && bits(e) > 1 && !is_roca(n);
}

/* With one of p, q, dp, dq and qi there must be all: RFC 7518 section 6.3.2. */
static bool is_complete(const struct jwk *k)
{
	size_t have = 0;

	for (size_t i = RSA_P; i <= RSA_QI; i++) {
		if (k->bytes[i].ptr && k->bytes[i].len == 0)
			return false;
		have += k->bytes[i].ptr != NULL;
	}
	return have == 0 || (have == RSA_QI - RSA_P + 1 && k->is_private);
}

/* What the private part signs, does the public part verify?  Looking for the
 * primes' primality would take fifty times as long. */
static bool parts_fit(struct arena *a, const struct jwk *k)
{
	const struct str message = STR("do they fit?");
	const struct str s = signature_make(a, k, JOSE_RS256, message);

	return s.ptr && signature_verify(k, JOSE_RS256, message, s);
}

bool key_load_rsa(struct arena *a, struct jwk *k)
{
	struct key_param params[COUNT(names)];

	if (!is_public_part(k->bytes[RSA_N], k->bytes[RSA_E]) ||
	    !is_complete(k))
		return false;
	for (size_t i = 0; i < COUNT(names); i++)
		params[i] = (struct key_param){ names[i], k->bytes[i],
						KEY_NUMBER };
	k->pkey = key_import(a, "RSA", k->is_private, params, COUNT(names));
	return k->pkey && (!k->is_private || parts_fit(a, k));
}

static void generate_now(void *pkey)
{
	*(EVP_PKEY **)pkey = EVP_RSA_gen(BITS_MIN);
}

void key_generate_rsa(struct arena *a, struct jwk *k)
{
	static struct pool generating = POOL(1);
	EVP_PKEY *pkey = NULL;

	pool_run(&generating, generate_now, &pkey);
	if (!pkey)
		abort();
	for (size_t i = 0; i < COUNT(names); i++)
		k->bytes[i] = key_export(a, pkey, names[i], 0);
	EVP_PKEY_free(pkey);
}
