/* credential.c - the codes and tokens that we hand out. */
#include "crypto/credential.h"

#include <assert.h>

#include "base/base64.h"
#include "base/buf.h"
#include "crypto/random.h"

#define TEXT_LEN (sizeof("pat0_") - 1 + BASE64URL_LEN(CREDENTIAL_LEN))

static const struct str prefixes[] = {
	[CREDENTIAL_ACCESS_TOKEN]  = STR_INIT("pat"),
	[CREDENTIAL_REFRESH_TOKEN] = STR_INIT("prt"),
	[CREDENTIAL_CODE]          = STR_INIT("pac"),
	[CREDENTIAL_DEVICE_CODE]   = STR_INIT("pdc"),
	[CREDENTIAL_INITIAL]       = STR_INIT("pit"),
	[CREDENTIAL_REGISTRATION]  = STR_INIT("prg"),
};

static struct str bytes_of(const struct credential *c)
{
	return (struct str){ (const char *)c->bytes, sizeof(c->bytes) };
}

struct credential credential_new(void)
{
	struct credential c = { { 0 } };

	random_bytes(c.bytes, sizeof(c.bytes));
	return c;
}

struct hash credential_hash(const struct credential *c)
{
	return hash_sha256(bytes_of(c));
}

struct str credential_text(struct arena *a, enum credential_kind kind,
			   int slot, const struct credential *c)
{
	struct buf b;

	assert(slot >= 0 && slot <= 9);
	buf_init(&b, a);
	buf_add(&b, prefixes[kind]);
	buf_char(&b, (char)('0' + slot));
	buf_char(&b, '_');
	buf_add(&b, base64url_encode(a, c->bytes, sizeof(c->bytes)));
	return buf_str(&b);
}

bool credential_parse(struct str text, enum credential_kind kind,
		      int *slot, struct credential *out)
{
	char digit;

	if (text.len != TEXT_LEN || !str_starts(text, prefixes[kind]))
		return false;
	digit = text.ptr[3];
	if (digit < '0' || digit > '9' || text.ptr[4] != '_' ||
	    !base64url_decode(str_skip(text, 5), out->bytes,
			      sizeof(out->bytes)))
		return false;
	*slot = digit - '0';
	return true;
}

struct credential credential_successor(const struct hash *key,
				       const struct credential *old,
				       struct str salt)
{
	struct hash h = hash_hmac(key, bytes_of(old), salt);
	struct credential c;

	static_assert(sizeof(c.bytes) == sizeof(h.bytes), "an HMAC is one");
	for (size_t i = 0; i < sizeof(c.bytes); i++)
		c.bytes[i] = h.bytes[i];
	return c;
}
