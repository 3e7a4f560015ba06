/* json.c - JSON out: a writer that keeps the commas.  In: json_parse.c. */
#include "base/json.h"

#include <assert.h>
#include <stdint.h>

#include "base/utf8.h"

static void add_escape(struct buf *b, unsigned code)
{
	switch (code) {
	case '"':
	case '\\':
		buf_char(b, '\\');
		buf_char(b, (char)code);
		return;
	case '\n':
		buf_add(b, STR("\\n"));
		return;
	case '\t':
		buf_add(b, STR("\\t"));
		return;
	default:
		buf_addf(b, "\\u%04x", code);
	}
}

static bool needs_escape(unsigned code)
{
	return code < 0x20 || code == '"' || code == '\\' || code == 0x7f ||
	       code == 0x2028 || code == 0x2029;
}

static void add_character(struct buf *b, struct str character, unsigned code)
{
	if (character.len == 0)
		buf_add(b, STR("\xEF\xBF\xBD"));	/* U+FFFD */
	else if (needs_escape(code))
		add_escape(b, code);
	else
		buf_add(b, character);
}

/* How many bytes of s stand for themselves: printable ASCII, as most text is
 * all through. */
static size_t plain_length(struct str s)
{
	size_t n = 0;

	while (n < s.len && s.ptr[n] >= 0x20 && s.ptr[n] < 0x7f &&
	       s.ptr[n] != '"' && s.ptr[n] != '\\')
		n++;
	return n;
}

/* At most max bytes of it, and whole characters. */
static void add_characters(struct buf *b, struct str s, size_t max)
{
	const size_t start = b->len;

	while (s.len > 0) {
		unsigned code = 0;
		const size_t n = utf8_next(s, &code), before = b->len;

		add_character(b, (struct str){ s.ptr, n }, code);
		if (b->len - start > max) {
			b->len = before;
			return;
		}
		s = str_skip(s, n ? n : 1);
	}
}

/* At most max bytes between the quotation marks. */
static void add_quoted(struct buf *b, struct str s, size_t max)
{
	const size_t plain = plain_length(s), n = plain < max ? plain : max;

	buf_char(b, '"');
	buf_add(b, (struct str){ s.ptr, n });
	if (n < s.len)
		add_characters(b, str_skip(s, n), max - n);
	buf_char(b, '"');
}

/* A comma, unless the value is the first of its object or array; the name. */
static void begin_value(struct buf *b, struct str name)
{
	char last = b->len > 0 ? b->ptr[b->len - 1] : '[';

	if (last != '{' && last != '[')
		buf_char(b, ',');
	if (!name.ptr)
		return;
	add_quoted(b, name, SIZE_MAX);
	buf_char(b, ':');
}

void json_object(struct buf *b, struct str name)
{
	begin_value(b, name);
	buf_char(b, '{');
}

void json_object_end(struct buf *b)
{
	buf_char(b, '}');
}

void json_array(struct buf *b, struct str name)
{
	begin_value(b, name);
	buf_char(b, '[');
}

void json_array_end(struct buf *b)
{
	buf_char(b, ']');
}

void json_string(struct buf *b, struct str name, struct str value)
{
	json_string_cut(b, name, value, SIZE_MAX);
}

void json_string_cut(struct buf *b, struct str name, struct str value,
		     size_t max)
{
	if (!value.ptr)
		return;
	begin_value(b, name);
	add_quoted(b, value, max);
}

void json_number(struct buf *b, struct str name, long long value)
{
	begin_value(b, name);
	buf_number(b, value);
}

void json_bool(struct buf *b, struct str name, bool value)
{
	begin_value(b, name);
	buf_add(b, value ? STR("true") : STR("false"));
}

void json_words(struct buf *b, struct str name, struct str words)
{
	struct str word;

	json_array(b, name);
	while ((word = str_word(&words)).ptr)
		json_string(b, STR_NONE, word);
	json_array_end(b);
}

/* A number, or a word. */
static void add_plain(struct buf *b, struct str name, const struct json *value)
{
	struct str text = json_number_text(b->arena, value);

	if (!text.ptr)
		text = json_is_null(value) ? STR("null") :
		       json_is_true(value) ? STR("true") : STR("false");
	begin_value(b, name);
	buf_add(b, text);
}

/* As deep as the parser let it be. */
void json_value(struct buf *b, struct str name, const struct json *value)
{
	const bool is_object = json_is_object(value);
	const struct json *inner;

	assert(value);
	if (json_text(value).ptr) {
		json_string(b, name, json_text(value));
		return;
	}
	if (!is_object && !json_is_array(value)) {
		add_plain(b, name, value);
		return;
	}
	begin_value(b, name);
	buf_char(b, is_object ? '{' : '[');
	for (inner = json_item(value, 0); inner; inner = json_next(inner))
		json_value(b, json_name(inner), inner);
	buf_char(b, is_object ? '}' : ']');
}

struct str json_text_of(struct arena *a, const struct json *value)
{
	struct buf b;

	buf_init(&b, a);
	json_value(&b, STR_NONE, value);
	return buf_str(&b);
}
