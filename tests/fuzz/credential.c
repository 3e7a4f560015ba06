/* credential.c - codes, tokens and request_uris that somebody presents. */
#include "crypto/credential.h"

#include "fuzz.h"
#include "oauth/request_uri.h"

static const enum credential_kind kinds[] = {
	CREDENTIAL_ACCESS_TOKEN, CREDENTIAL_REFRESH_TOKEN, CREDENTIAL_CODE,
	CREDENTIAL_DEVICE_CODE, CREDENTIAL_INITIAL, CREDENTIAL_REGISTRATION,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct str text = fuzz_str(data, size);
	const struct credential untouched = { { 1, 2, 3 } };
	struct arena *a = fuzz_arena();
	struct credential c;
	size_t read = 0;

	for (size_t i = 0; i < COUNT(kinds); i++) {
		int slot = -1;

		c = untouched;
		if (credential_parse(text, kinds[i], &slot, &c)) {
			read++;
			assert(str_eq(credential_text(a, kinds[i], slot, &c),
				      text));
		} else {
			assert(slot == -1 &&
			       memcmp(&c, &untouched, sizeof(c)) == 0);
		}
	}
	c = untouched;
	if (request_uri_parse(text, &c)) {
		read++;
		assert(str_eq(request_uri_text(a, &c), text));
	} else {
		assert(memcmp(&c, &untouched, sizeof(c)) == 0);
	}
	assert(read <= 1);	/* of one kind at most */
	return 0;
}
