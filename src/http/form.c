/* form.c - application/x-www-form-urlencoded. */
#include "http/form.h"

#include "base/arena.h"
#include "base/hex.h"
#include "base/utf8.h"
#include "http/url.h"

/* Decoding never grows a string, so in.len + 1 bytes suffice. */
enum form_status form_decode(struct arena *a, struct str in, struct str *out)
{
	char *to = arena_alloc(a, in.len + 1);
	struct str decoded;
	size_t n = 0;

	for (size_t i = 0; i < in.len; i++) {
		int byte;

		if (in.ptr[i] == '\0')
			return FORM_BAD_ESCAPE;
		if (in.ptr[i] != '%') {
			to[n++] = in.ptr[i] == '+' ? ' ' : in.ptr[i];
			continue;
		}
		if (in.len - i < 3)
			return FORM_BAD_ESCAPE;
		byte = hex_byte(in.ptr + i + 1);
		if (byte <= 0)	/* no NUL */
			return FORM_BAD_ESCAPE;
		to[n++] = (char)byte;
		i += 2;
	}
	decoded = (struct str){ to, n };
	if (!utf8_valid(decoded))
		return FORM_BAD_UTF8;
	*out = decoded;
	return FORM_OK;
}

static size_t count_pieces(struct str in)
{
	size_t n = 0;

	while (in.ptr)
		n += str_cut(&in, '&').len > 0;
	return n;
}

enum form_status form_parse(struct arena *a, struct str in, struct form *out)
{
	size_t count = count_pieces(in);
	struct form form = { NULL, 0 };

	if (count > FORM_FIELDS_MAX)
		return FORM_TOO_MANY;
	form.fields = arena_alloc(a, count * sizeof(*form.fields));
	while (in.ptr) {
		struct str value = str_cut(&in, '&'), name;
		struct field *f = &form.fields[form.count];
		enum form_status s;

		if (value.len == 0)
			continue;
		name = str_cut(&value, '=');
		s = form_decode(a, name, &f->name);
		if (s == FORM_OK)
			s = form_decode(a, value, &f->value);
		if (s != FORM_OK)
			return s;
		form.count++;
	}
	*out = form;
	return FORM_OK;
}

struct str form_get(const struct form *f, struct str name)
{
	struct str found = STR_NONE;

	for (size_t i = 0; i < f->count; i++) {
		if (!str_eq(f->fields[i].name, name))
			continue;
		if (found.ptr)
			return STR_NONE;
		found = f->fields[i].value;
	}
	return found;
}

void form_add(struct buf *b, struct str name, struct str value)
{
	if (b->len > 0)
		buf_char(b, '&');
	url_escape(b, name);
	buf_char(b, '=');
	url_escape(b, value);
}
