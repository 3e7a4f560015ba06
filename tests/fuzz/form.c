/* form.c - application/x-www-form-urlencoded, in queries and in bodies. */
#include "http/form.h"

#include "base/utf8.h"
#include "fuzz.h"
#include "oauth/params.h"

static void check_field(const struct form *f, const struct field *field)
{
	const struct str got = form_get(f, field->name);

	assert(utf8_valid(field->name) && utf8_valid(field->value));
	assert(!str_has(field->name, '\0') && !str_has(field->value, '\0'));
	assert(field->name.ptr[field->name.len] == '\0');
	assert(field->value.ptr[field->value.len] == '\0');
	/* Where it stands twice, neither is it. */
	assert(!got.ptr || str_eq(got, field->value));
}

/* Written again and read again, it is the same. */
static void check_round(struct arena *a, const struct form *f)
{
	struct form again;
	struct buf b;

	buf_init(&b, a);
	for (size_t i = 0; i < f->count; i++)
		form_add(&b, f->fields[i].name, f->fields[i].value);
	assert(form_parse(a, buf_str(&b), &again) == FORM_OK);
	assert(again.count == f->count);
	for (size_t i = 0; i < f->count; i++) {
		assert(str_eq(again.fields[i].name, f->fields[i].name));
		assert(str_eq(again.fields[i].value, f->fields[i].value));
	}
	assert(params_repeat(f) == params_repeat(&again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct str in = fuzz_str(data, size);
	struct arena *a = fuzz_arena();
	struct str decoded = STR_NONE;
	struct form form = { NULL, 0 };

	if (form_decode(a, in, &decoded) == FORM_OK)
		assert(decoded.len <= in.len &&
		       decoded.ptr[decoded.len] == '\0');
	else
		assert(!decoded.ptr);
	if (form_parse(a, in, &form) != FORM_OK) {
		assert(!form.fields);
		return 0;
	}
	assert(form.count <= FORM_FIELDS_MAX);
	for (size_t i = 0; i < form.count; i++)
		check_field(&form, &form.fields[i]);
	check_round(a, &form);
	return 0;
}
