/* user_code.c - what somebody typed. */
#include "oauth/user_code.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = fuzz_arena();
	const struct str code = user_code_read(a, fuzz_str(data, size));

	if (!code.ptr)
		return 0;
	assert(code.len == USER_CODE_LEN && code.ptr[4] == '-');
	for (size_t i = 0; i < code.len; i++)
		assert(i == 4 || str_has(STR("BCDFGHJKLMNPQRSTVWXZ"),
					 code.ptr[i]));
	assert(str_eq(user_code_read(a, code), code));
	return 0;
}
