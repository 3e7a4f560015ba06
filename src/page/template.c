/*
 * template.c - HTML with values put in.
 */
#include "page/template.h"

#include <assert.h>

#include "base/buf.h"

/*
 * The five characters that mean something in an element's text or in a quoted
 * attribute: safe in both, and a template uses no other places.
 */
static void add_escaped(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		switch (text.ptr[i]) {
		case '&':
			buf_add(out, STR("&amp;"));
			break;
		case '<':
			buf_add(out, STR("&lt;"));
			break;
		case '>':
			buf_add(out, STR("&gt;"));
			break;
		case '"':
			buf_add(out, STR("&quot;"));
			break;
		case '\'':
			buf_add(out, STR("&#39;"));
			break;
		default:
			buf_char(out, text.ptr[i]);
		}
	}
}

static const struct template_value *find(struct str name,
					 const struct template_value *values,
					 size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (str_eq(values[i].name, name))
			return &values[i];
	}
	return NULL;
}

struct str template_fill(struct arena *a, struct str template,
			 const struct template_value *values, size_t count)
{
	struct buf out;

	buf_init(&out, a);
	while (template.ptr) {
		const struct template_value *value;

		buf_add(&out, str_cut(&template, '{'));
		if (!template.ptr)
			break;
		value = find(str_cut(&template, '}'), values, count);
		assert(value);
		if (value->built)
			buf_add(&out, value->text);
		else
			add_escaped(&out, value->text);
	}
	return buf_str(&out);
}
