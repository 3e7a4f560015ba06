/*
 * test_hash.c - SHA-256, HMAC and the credentials made of them.
 */
#include <string.h>

#include "base/arena.h"
#include "base/base64.h"
#include "crypto/credential.h"
#include "crypto/random.h"
#include "tap.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define BYTES_43 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"

static bool is_hex(struct hash h, const char *want)
{
	char hex[2 * HASH_LEN + 1];

	for (size_t i = 0; i < HASH_LEN; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", h.bytes[i]);
	return strcmp(hex, want) == 0;
}

static const struct {
	const char *what;
	struct str data;
	const char *want;
} digests[] = {
	{ "FIPS 180-4, abc", STR_INIT("abc"),
	  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ "FIPS 180-4, 448 bits", STR_INIT(
		"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
	  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	{ "nothing", STR_INIT(""),
	  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ "absent", { NULL, 0 },
	  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
};

static void test_hash(void)
{
	struct hash key = { { 0x0b, 0x0b } }, x, y;

	for (size_t i = 0; i < COUNT(digests); i++) {
		ok(is_hex(hash_sha256(digests[i].data), digests[i].want),
		   "SHA-256: %s", digests[i].what);
	}
	/* Python: hmac.new(b"\x0b\x0b" + bytes(30), struct.pack(">Q", 2) +
	 * b"Hi" + struct.pack(">Q", 5) + b"There", "sha256").hexdigest() */
	ok(is_hex(hash_hmac(&key, STR("Hi"), STR("There")),
		  "76a7810c6a7fd74f9056e1bd188d430f"
		  "24ee75c4ba5e413361f4ec9ed5013c74"),
	   "HMAC over two strings, each after its length");
	x = hash_hmac(&key, STR("ab"), STR("c"));
	y = hash_hmac(&key, STR("a"), STR("bc"));
	ok(!hash_eq(&x, &y), "HMAC: where one ends and the other begins");
	y = x;
	ok(hash_eq(&x, &y), "equal where all bytes are");
	y.bytes[HASH_LEN - 1] ^= 1;
	ok(!hash_eq(&x, &y), "different in the last bit");
	ok(hash_str(&x).len == HASH_LEN &&
	   hash_str(&x).ptr == (const char *)x.bytes, "the bytes as a str");
}

/* RFC 4231: a key shorter than, and longer than, a block. */
static void test_hmac_raw(void)
{
	char long_key[131];

	memset(long_key, 0xaa, sizeof(long_key));
	ok(is_hex(hash_hmac_raw(STR("Jefe"),
				STR("what do ya want for nothing?")),
		  "5bdcc146bf60754e6a042426089575c7"
		  "5a003f089d2739839dec58b964ec3843"),
	   "RFC 4231 section 4.3");
	ok(is_hex(hash_hmac_raw((struct str){ long_key, sizeof(long_key) },
				STR("Test Using Larger Than Block-Size Key "
				    "- Hash Key First")),
		  "60e431591ee0b67f0d8a26aacbf5b77f"
		  "8e0bc6213728c5140546040f0ee37f54"),
	   "RFC 4231 section 4.7");
	ok(is_hex(hash_hmac_raw(STR_NONE, STR_NONE),
		  "b613679a0814d9ec772f95d778c35fc5"
		  "ff1697c493715653c6c712144292c5ad"), "no key, no data");
}

static const struct {
	const char *what;
	struct str text;
	enum credential_kind kind;
	int slot;		/* -1: refused */
} credentials[] = {
	{ "an access token", STR_INIT("pat3_" BYTES_43),
	  CREDENTIAL_ACCESS_TOKEN, 3 },
	{ "a refresh token", STR_INIT("prt0_" BYTES_43),
	  CREDENTIAL_REFRESH_TOKEN, 0 },
	{ "a code", STR_INIT("pac9_" BYTES_43), CREDENTIAL_CODE, 9 },
	{ "of another kind", STR_INIT("prt3_" BYTES_43),
	  CREDENTIAL_ACCESS_TOKEN, -1 },
	{ "in capitals", STR_INIT("PAT3_" BYTES_43), CREDENTIAL_ACCESS_TOKEN,
	  -1 },
	{ "a slot that is no digit", STR_INIT("pata_" BYTES_43),
	  CREDENTIAL_ACCESS_TOKEN, -1 },
	{ "no underscore", STR_INIT("pat3-" BYTES_43),
	  CREDENTIAL_ACCESS_TOKEN, -1 },
	{ "two digits", STR_INIT("pat33_" BYTES_43), CREDENTIAL_ACCESS_TOKEN,
	  -1 },
	{ "a character more", STR_INIT("pat3_" BYTES_43 "A"),
	  CREDENTIAL_ACCESS_TOKEN, -1 },
	{ "a space at the end", STR_INIT("pat3_" BYTES_43 " "),
	  CREDENTIAL_ACCESS_TOKEN, -1 },
	{ "a character less",
	  STR_INIT("pat3_AECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"),
	  CREDENTIAL_ACCESS_TOKEN, -1 },
	{ "bits left over",
	  STR_INIT("pat3_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9"),
	  CREDENTIAL_ACCESS_TOKEN, -1 },
	{ "the other alphabet",
	  STR_INIT("pat3_+AECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"),
	  CREDENTIAL_ACCESS_TOKEN, -1 },
	{ "a NUL in it",
	  STR_INIT("pat3_A\0ECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"),
	  CREDENTIAL_ACCESS_TOKEN, -1 },
	{ "nothing", STR_INIT(""), CREDENTIAL_ACCESS_TOKEN, -1 },
	{ "absent", { NULL, 0 }, CREDENTIAL_ACCESS_TOKEN, -1 },
};

static void test_credential_text(struct arena *a)
{
	struct credential c, back;

	for (size_t i = 0; i < sizeof(c.bytes); i++)
		c.bytes[i] = (unsigned char)i;
	for (size_t i = 0; i < COUNT(credentials); i++) {
		const enum credential_kind kind = credentials[i].kind;
		int slot = -1;

		memset(&back, 0xaa, sizeof(back));
		if (credentials[i].slot < 0) {
			ok(!credential_parse(credentials[i].text, kind, &slot,
					     &back) &&
			   slot == -1 && back.bytes[0] == 0xaa &&
			   back.bytes[31] == 0xaa,
			   "refused, and nothing written: %s",
			   credentials[i].what);
			continue;
		}
		ok(credential_parse(credentials[i].text, kind, &slot, &back) &&
		   slot == credentials[i].slot &&
		   memcmp(&back, &c, sizeof(c)) == 0 &&
		   str_eq(credential_text(a, kind, slot, &c),
			  credentials[i].text),
		   "read, and written again: %s", credentials[i].what);
	}
}

static void test_credentials(void)
{
	const struct hash key = hash_sha256(STR("key"));
	const struct hash other_key = hash_sha256(STR("another key"));
	const struct credential c = credential_new(), d = credential_new();
	struct credential next, same;
	struct hash h = credential_hash(&c);
	struct hash want = hash_sha256((struct str){ (const char *)c.bytes,
						     sizeof(c.bytes) });

	ok(memcmp(&c, &d, sizeof(c)) != 0, "two new ones differ");
	ok(hash_eq(&h, &want), "stored is the SHA-256 of the bytes");
	next = credential_successor(&key, &c, STR("salt"));
	same = credential_successor(&key, &c, STR("salt"));
	ok(memcmp(&next, &same, sizeof(next)) == 0 &&
	   memcmp(&next, &c, sizeof(next)) != 0,
	   "a successor is the same, asked twice");
	same = credential_successor(&other_key, &c, STR("salt"));
	ok(memcmp(&next, &same, sizeof(next)) != 0, "but for another key");
	same = credential_successor(&key, &d, STR("salt"));
	ok(memcmp(&next, &same, sizeof(next)) != 0, "another predecessor");
	same = credential_successor(&key, &c, STR("salts"));
	ok(memcmp(&next, &same, sizeof(next)) != 0, "or another salt");
}

static void test_random(void)
{
	unsigned char bytes[64] = { 0 }, once[64] = { 0 };

	random_bytes(bytes, sizeof(bytes));
	random_bytes(once, sizeof(once) - 1);
	ok(memcmp(bytes, once, sizeof(once) - 1) != 0 && once[63] == 0,
	   "random bytes, as many as asked for");
}

int main(void)
{
	struct arena *a = arena_new((size_t)1 << 20);

	crypto_init();
	test_hash();
	test_hmac_raw();
	test_credential_text(a);
	test_credentials();
	test_random();
	arena_free(a);
	return done_testing();
}
