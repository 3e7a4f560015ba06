/* json.c - JSON: read, written and read again it is the same. */
#include "base/json.h"

#include "base/utf8.h"
#include "fuzz.h"

#define DEPTH_MAX 32

/* Every value that there is, by every way to look at it. */
static void visit(const struct json *value, unsigned depth)
{
	const bool holds = json_is_object(value) || json_is_array(value);
	const struct json *child = holds ? json_item(value, 0) : NULL;
	long long n, floor;

	assert(depth <= DEPTH_MAX);
	assert(json_is_object(value) + json_is_array(value) +
	       json_is_null(value) + json_is_true(value) +
	       (json_text(value).ptr != NULL) <= 1);
	assert(utf8_valid(json_text(value)));
	if (json_integer(value, &n))
		assert(json_floor(value, &floor) && floor == n);
	for (; child; child = json_next(child)) {
		const struct str name = json_name(child);

		assert(json_is_object(value) == (name.ptr != NULL));
		/* No two of one name: the first of it is this one. */
		assert(!name.ptr || json_member(value, name) == child);
		visit(child, depth + 1);
	}
}

/* The same all through: what was a number is no null, and no other number. */
static void compare(const struct json *a, const struct json *b)
{
	const bool holds = json_is_object(a) || json_is_array(a);
	long long m = 0, n = 0;

	assert(json_is_object(a) == json_is_object(b));
	assert(json_is_array(a) == json_is_array(b));
	assert(json_is_null(a) == json_is_null(b));
	assert(json_is_true(a) == json_is_true(b));
	assert(str_eq(json_text(a), json_text(b)));
	assert(json_integer(a, &m) == json_integer(b, &n) && m == n);
	assert(str_eq(json_name(a), json_name(b)));
	if (!holds)
		return;
	a = json_item(a, 0);
	b = json_item(b, 0);
	for (; a && b; a = json_next(a), b = json_next(b))
		compare(a, b);
	assert(!a && !b);
}

/* Parsed, and printed the same. */
static const struct json *again(struct arena *a, struct str text,
				struct str printed)
{
	const struct json *value = json_parse(a, text);

	assert(value && str_eq(json_text_of(a, value), printed));
	return value;
}

/* Whatever the bytes, what the writer makes of them is JSON. */
static void check_writer(struct arena *a, struct str any)
{
	const struct json *value;
	struct buf b;

	buf_init(&b, a);
	json_object(&b, STR_NONE);
	json_string(&b, STR("text"), any);
	json_string_cut(&b, STR("cut"), any, 16);
	json_words(&b, STR("words"), any);
	json_object_end(&b);
	value = json_parse(a, buf_str(&b));
	if (!fuzz_has(any, (struct str){ "\0", 1 }))
		assert(value);
	if (value && utf8_valid(any))
		assert(str_eq(json_text(json_member(value, STR("text"))), any));
	if (value)
		assert(json_text(json_member(value, STR("cut"))).len <= 16 * 3);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct str text = fuzz_str(data, size);
	struct arena *a = fuzz_arena();
	const struct json *value = json_parse(a, text);
	struct str printed;
	struct buf b;

	check_writer(a, text);
	if (!value)
		return 0;
	visit(value, 0);
	printed = json_text_of(a, value);
	compare(value, again(a, printed, printed));
	buf_init(&b, a);
	json_object(&b, STR_NONE);
	json_value(&b, STR("x"), value);
	json_object_end(&b);
	assert(fuzz_has(buf_str(&b), printed));
	return 0;
}
