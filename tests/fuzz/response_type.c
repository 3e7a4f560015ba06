/* response_type.c - a response_type, and in the second line a response_mode. */
#include "oauth/response_type.h"

#include "fuzz.h"

static void check_type(const struct response_type *type, struct str name)
{
	struct str rest = type->name, word;

	assert(name.len == type->name.len);
	while ((word = str_word(&rest)).ptr)
		assert(str_list_has(name, word));
	assert(type->code == str_list_has(name, STR("code")));
	assert(type->token == str_list_has(name, STR("token")));
	assert(type->id_token == str_list_has(name, STR("id_token")));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = fuzz_str(data, size);
	const struct str name = fuzz_line(&rest), mode = fuzz_line(&rest);
	const struct response_type *type = response_type_find(name);
	const struct response_mode to = response_mode_of(name, mode);

	if (!type)
		return 0;
	check_type(type, name);
	/* A token never goes into a query. */
	assert(to.place != PLACE_QUERY || (!type->token && !type->id_token));
	assert(!response_mode_fits(type, mode) || !mode.ptr ||
	       str_list_has(response_modes(), mode));
	return 0;
}
