/* scope.c - asked for: the first line; allowed: the second. */
#include "oauth/scope.h"

#include "fuzz.h"

/* Each word once, single spaces between, none that a header could not have. */
static void check_words(struct str scope, struct str allowed)
{
	struct str rest = scope, word;
	size_t n = 0, len = 0;

	while ((word = str_word(&rest)).ptr) {
		assert(str_list_has(allowed, word));
		assert(!str_list_has(rest, word));
		for (size_t i = 0; i < word.len; i++)
			assert(word.ptr[i] > ' ' && word.ptr[i] < 0x7f &&
			       word.ptr[i] != '"' && word.ptr[i] != '\\');
		len += word.len + 1;
		n++;
	}
	assert(n <= SCOPE_WORDS_MAX && scope.len <= SCOPE_LEN_MAX);
	assert(scope.len == (n > 0 ? len - 1 : 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = fuzz_str(data, size);
	const struct str asked = fuzz_line(&rest), allowed = fuzz_line(&rest);
	struct arena *a = fuzz_arena();
	const struct str scope = scope_narrow(a, asked, allowed);
	const struct str common = scope_common(a, asked, allowed);
	struct scope_need need = { .any_of = &asked, .count = 1 };

	assert(scope_covers(asked, common) && scope_covers(allowed, common));
	assert(str_eq(scope_common(a, common, allowed), common));
	assert(scope_meets(allowed, &need) == scope_covers(allowed, asked));
	if (!scope.ptr)
		return 0;
	assert(scope.len > 0);
	check_words(scope, allowed);
	assert(scope_covers(allowed, asked) && scope_covers(scope, asked));
	assert(str_eq(scope_narrow(a, scope, allowed), scope));
	return 0;
}
