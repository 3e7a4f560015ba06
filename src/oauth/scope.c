/* scope.c - what may be asked for (RFC 6749 section 3.3). */
#include "oauth/scope.h"

#include "base/buf.h"

/* scope-token = 1*( %x21 / %x23-5B / %x5D-7E ) */
static bool is_scope_token(struct str word)
{
	for (size_t i = 0; i < word.len; i++) {
		unsigned char c = (unsigned char)word.ptr[i];

		if (c < 0x21 || c > 0x7e || c == '"' || c == '\\')
			return false;
	}
	return word.len > 0;
}

static void add_word(struct buf *words, struct str word)
{
	if (words->len > 0)
		buf_char(words, ' ');
	buf_add(words, word);
}

struct str scope_narrow(struct arena *a, struct str asked, struct str allowed)
{
	struct buf words;
	struct str word;
	size_t n = 0;

	buf_init(&words, a);
	if (asked.len > SCOPE_LEN_MAX)
		return STR_NONE;
	while ((word = str_word(&asked)).ptr) {
		if (!is_scope_token(word) || !str_list_has(allowed, word))
			return STR_NONE;
		if (str_list_has(buf_str(&words), word))
			continue;
		if (++n > SCOPE_WORDS_MAX)
			return STR_NONE;
		add_word(&words, word);
	}
	return n > 0 ? buf_str(&words) : STR_NONE;
}

struct str scope_common(struct arena *a, struct str granted,
			struct str allowed)
{
	struct buf words;
	struct str word;

	buf_init(&words, a);
	while ((word = str_word(&granted)).ptr) {
		if (str_list_has(allowed, word))
			add_word(&words, word);
	}
	return buf_str(&words);
}

bool scope_covers(struct str granted, struct str needed)
{
	struct str word;

	while ((word = str_word(&needed)).ptr) {
		if (!str_list_has(granted, word))
			return false;
	}
	return true;
}

bool scope_meets(struct str granted, const struct scope_need *need)
{
	for (size_t i = 0; i < need->count; i++) {
		if (scope_covers(granted, need->any_of[i]))
			return true;
	}
	return need->count == 0;
}
