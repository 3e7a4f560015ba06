/* base64.c - base64url and base64: one value has one spelling. */
#include "base/base64.h"

#include "fuzz.h"

/* Nothing but what the encoder writes is decoded. */
static void check_url(struct arena *a, struct str text)
{
	unsigned char exact[BASE64URL_MAX];
	struct str bytes = STR_NONE;

	if (!base64url_decode_all(a, text, &bytes)) {
		assert(!bytes.ptr);
		for (size_t n = 0; n <= 64; n++)
			assert(!base64url_decode(text, exact, n));
		return;
	}
	assert(bytes.ptr[bytes.len] == '\0');
	assert(BASE64URL_LEN(bytes.len) == text.len);
	assert(str_eq(base64url_encode(a, bytes.ptr, bytes.len), text));
	if (bytes.len > BASE64URL_MAX)
		return;
	assert(base64url_decode(text, exact, bytes.len));
	assert(bytes.len == 0 || memcmp(exact, bytes.ptr, bytes.len) == 0);
	assert(bytes.len == 0 || !base64url_decode(text, exact, bytes.len - 1));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct str in = fuzz_str(data, size);
	struct arena *a = fuzz_arena();
	struct str text, bytes = STR_NONE;

	check_url(a, in);
	text = base64url_encode(a, in.ptr, in.len);
	assert(text.len == BASE64URL_LEN(in.len));
	assert(base64url_decode_all(a, text, &bytes) && str_eq(bytes, in));

	/* With the other alphabet and padding it has as many bytes. */
	if (base64_decode(a, in, &bytes)) {
		assert(in.len % 4 == 0 && bytes.len <= in.len / 4 * 3);
		assert(bytes.ptr[bytes.len] == '\0');
		assert(base64url_encode(a, bytes.ptr, bytes.len).len <= in.len);
	}
	return 0;
}
