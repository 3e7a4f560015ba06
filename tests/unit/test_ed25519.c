/*
 * test_ed25519.c - the vectors of RFC 8032 section 7.1, and what is refused.
 */
#include <string.h>

#include "base/arena.h"
#include "crypto/ed25519.h"
#include "crypto/random.h"
#include "tap.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *name, *seed, *public, *message, *signature;
} vectors[] = {
	{ "TEST 1",
	  "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
	  "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
	  "",
	  "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
	  "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b" },
	{ "TEST 2",
	  "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
	  "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
	  "72",
	  "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
	  "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00" },
	{ "TEST 3",
	  "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
	  "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
	  "af82",
	  "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
	  "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a" },
};

static struct str unhex(struct arena *a, const char *hex)
{
	static const char digits[] = "0123456789abcdef";
	const size_t n = strlen(hex) / 2;
	char *out = arena_alloc(a, n + 1);

	for (size_t i = 0; i < n; i++) {
		const long hi = strchr(digits, hex[2 * i]) - digits;
		const long lo = strchr(digits, hex[2 * i + 1]) - digits;

		out[i] = (char)(hi << 4 | lo);
	}
	return (struct str){ out, n };
}

static const unsigned char *bytes(struct str s)
{
	return (const unsigned char *)s.ptr;
}

static void test_vectors(struct arena *a)
{
	for (size_t i = 0; i < COUNT(vectors); i++) {
		const struct str seed = unhex(a, vectors[i].seed);
		const struct str public = unhex(a, vectors[i].public);
		const struct str message = unhex(a, vectors[i].message);
		const struct str signature = unhex(a, vectors[i].signature);
		unsigned char pk[ED25519_LEN], s[ED25519_SIGNATURE_LEN];

		ed25519_public(bytes(seed), pk);
		ok(memcmp(pk, public.ptr, sizeof(pk)) == 0,
		   "RFC 8032 section 7.1, %s: public key", vectors[i].name);
		ed25519_sign(bytes(seed), pk, message, s);
		ok(memcmp(s, signature.ptr, sizeof(s)) == 0,
		   "%s: signature", vectors[i].name);
		ok(ed25519_verify(pk, message, signature),
		   "%s: verified", vectors[i].name);
	}
}

/* One bit of anything, another length, another message. */
static void test_tampered(struct arena *a)
{
	const struct str public = unhex(a, vectors[2].public);
	const struct str message = unhex(a, vectors[2].message);
	const struct str good = unhex(a, vectors[2].signature);
	char s[ED25519_SIGNATURE_LEN + 1] = { 0 };
	unsigned accepted = 0;

	for (unsigned i = 0; i < 8 * ED25519_SIGNATURE_LEN; i++) {
		memcpy(s, good.ptr, good.len);
		s[i / 8] = (char)(s[i / 8] ^ 1 << i % 8);
		accepted += ed25519_verify(bytes(public), message,
					   (struct str){ s, good.len });
	}
	ok(accepted == 0, "any one bit of the signature: %u", accepted);
	memcpy(s, good.ptr, good.len);
	ok(!ed25519_verify(bytes(public), message,
			   (struct str){ s, good.len + 1 }), "65 bytes");
	ok(!ed25519_verify(bytes(public), message,
			   (struct str){ s, good.len - 1 }), "63 bytes");
	ok(!ed25519_verify(bytes(public), message, STR_NONE), "no signature");
	ok(!ed25519_verify(bytes(public), STR(""), good), "no message");
	ok(!ed25519_verify(bytes(unhex(a, vectors[1].public)), message, good),
	   "another's public key");
}

/* S + L fits the equation as S does: RFC 8032 section 5.1.7 wants S < L. */
static void test_malleable(struct arena *a)
{
	const struct str order = unhex(a,
		"edd3f55c1a631258d69cf7a2def9de14"
		"00000000000000000000000000000010");
	const struct str good = unhex(a, vectors[0].signature);
	char s[ED25519_SIGNATURE_LEN];
	unsigned carry = 0;

	memcpy(s, good.ptr, good.len);
	for (size_t i = 0; i < order.len; i++) {
		carry += (unsigned)bytes(good)[32 + i] + bytes(order)[i];
		s[32 + i] = (char)carry;
		carry >>= 8;
	}
	ok(!ed25519_verify(bytes(unhex(a, vectors[0].public)), STR(""),
			   (struct str){ s, sizeof(s) }), "S not below L");
}

static const struct {
	const char *what, *public;
	bool want;
} publics[] = {
	{ "a public key",
	  "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
	  true },
	{ "the neutral element",
	  "0100000000000000000000000000000000000000000000000000000000000000",
	  false },
	{ "zeros, a point of order 4",
	  "0000000000000000000000000000000000000000000000000000000000000000",
	  false },
	{ "a point of order 8",
	  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
	  false },
	{ "y = p + 1, not canonical",
	  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	  false },
	{ "no point of the curve",
	  "0200000000000000000000000000000000000000000000000000000000000000",
	  false },
	{ "all ones",
	  "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	  false },
};

/* With a key of small order, R neutral and S = 0 sign every message. */
static void test_publics(struct arena *a)
{
	char s[ED25519_SIGNATURE_LEN] = { 1 };

	for (size_t i = 0; i < COUNT(publics); i++) {
		const struct str pk = unhex(a, publics[i].public);

		ok(ed25519_is_public(bytes(pk)) == publics[i].want, "%s: %s",
		   publics[i].what, publics[i].want ? "taken" : "refused");
		ok(!ed25519_verify(bytes(pk), STR("x"),
				   (struct str){ s, sizeof(s) }),
		   "%s: signs nothing by R = 1, S = 0", publics[i].what);
	}
}

int main(void)
{
	struct arena *a = arena_new((size_t)1 << 20);

	crypto_init();
	test_vectors(a);
	test_tampered(a);
	test_malleable(a);
	test_publics(a);
	arena_free(a);
	return done_testing();
}
