/*
 * text.c - strings and UTF-8, which all of the others are made of; and the
 * line of the log, in which bytes of strangers stand.
 */
#include "base/json.h"
#include "base/log.h"
#include "base/utf8.h"
#include "fuzz.h"

static void check_number(struct arena *a, struct str s)
{
	long long n = -1;
	struct buf b;

	if (!str_number(s, &n)) {
		assert(n == -1);
		return;
	}
	while (s.len > 1 && s.ptr[0] == '0')
		s = str_skip(s, 1);
	buf_init(&b, a);
	buf_addf(&b, "%lld", n);
	assert(str_eq(buf_str(&b), s));
}

/* Cut at a byte, the parts and that byte between them are all of it. */
static void check_cut(struct arena *a, struct str s)
{
	struct str rest = s, word;
	struct buf b;

	buf_init(&b, a);
	while (rest.ptr) {
		buf_add(&b, str_cut(&rest, ';'));
		if (rest.ptr)
			buf_char(&b, ';');
	}
	assert(str_eq(buf_str(&b), s));
	rest = s;
	while ((word = str_word(&rest)).ptr)
		assert(word.len > 0 && !str_has(word, ' ') &&
		       str_list_has(s, word));
}

static void check_utf8(struct str s)
{
	const bool valid = utf8_valid(s);
	unsigned code;

	while (s.len > 0) {
		const size_t n = utf8_next(s, &code);

		if (n == 0)
			break;
		assert(n <= 4 && n <= s.len && code <= 0x10ffff);
		assert(code < 0xd800 || code > 0xdfff);
		s = str_skip(s, n);
	}
	assert(valid == (s.len == 0));
}

static void check_log(struct arena *a, struct str s)
{
	const struct log_line line = {
		.program = STR("token"), .endpoint = STR("/oauth/token"),
		.method = s, .status = 400, .client_id = s, .user = s,
		.outcome = STR("invalid_client"), .reason = s,
	};
	struct str text = log_format(a, &line);

	assert(text.len <= LOG_LINE_MAX && str_ends(text, STR("\n")));
	text.len--;
	assert(!str_has(text, '\n'));
	assert(str_has(s, '\0') || json_parse(a, text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct str s = fuzz_str(data, size);
	struct arena *a = fuzz_arena();

	check_number(a, s);
	check_cut(a, s);
	check_utf8(s);
	check_log(a, s);
	assert(str_eq(str_dup(a, s), s) && str_eq_nocase(s, s));
	return 0;
}
