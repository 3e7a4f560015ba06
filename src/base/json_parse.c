/*
 * json_parse.c - JSON in: cJSON made strict.
 *
 * The text is first read by the grammar of RFC 8259 alone, which settles all
 * that cJSON is lenient about; what passes is then given to cJSON, and of the
 * tree that it makes the names of each object are looked through for
 * duplicates.  A struct json is a cJSON, and never anything else.
 */
#include "base/json.h"

#include <assert.h>
#include <cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/hex.h"
#include "base/memory.h"
#include "base/utf8.h"

#define DEPTH_MAX 32
#define INTEGER_MAX 9007199254740991.0	/* 2^53 - 1, RFC 8259 section 6 */

/* cJSON copies a number into 63 bytes, and trips over longer ones. */
#define NUMBER_MAX 62

/* An integer that a double may not hold: as it was written, and which of the
 * text's numbers it is. */
struct large {
	struct large *next;
	struct str text;
	size_t place;
};

/* What is still to be read; a NUL follows.  Long numbers are rewritten. */
struct scan {
	char *at;
	const char *end;
	struct arena *arena;
	size_t numbers;		/* so far */
	struct large *first, **last;
};

static bool scan_value(struct scan *s, unsigned depth);

/* The next byte; 0 at the end, and no text that is valid holds one. */
static char peek(const struct scan *s)
{
	return s->at < s->end ? *s->at : '\0';
}

static bool take(struct scan *s, char c)
{
	if (peek(s) != c)
		return false;
	s->at++;
	return true;
}

static void scan_space(struct scan *s)
{
	while (peek(s) == ' ' || peek(s) == '\t' || peek(s) == '\n' ||
	       peek(s) == '\r')
		s->at++;
}

static bool scan_word(struct scan *s, struct str word)
{
	if (!str_starts((struct str){ s->at, (size_t)(s->end - s->at) }, word))
		return false;
	s->at += word.len;
	return true;
}

/* Digits, one at least. */
static bool scan_digits(struct scan *s)
{
	const char *start = s->at;

	while (peek(s) >= '0' && peek(s) <= '9')
		s->at++;
	return s->at > start;
}

/* The same value in fewer characters, and spaces for the rest. */
static void shorten_number(char *text, size_t n, double value)
{
	char digits[NUMBER_MAX + 1];
	const int len = snprintf(digits, sizeof(digits), "%.17g", value);

	assert(len > 0 && (size_t)len <= n && (size_t)len < sizeof(digits));
	memcpy(text, digits, (size_t)len);
	memset(text + len, ' ', n - (size_t)len);
}

/* Remember it, if it is a large one: n bytes. */
static void keep_integer(struct scan *s, const char *text, size_t n,
			 double value)
{
	const struct str all = { text, n };
	struct large *l;

	s->numbers++;
	if (fabs(value) <= INTEGER_MAX || str_has(all, '.') ||
	    str_has(all, 'e') || str_has(all, 'E'))
		return;
	l = arena_alloc(s->arena, sizeof(*l));
	*l = (struct large){ NULL, str_dup(s->arena, all), s->numbers };
	*s->last = l;
	s->last = &l->next;
}

/* number = [ "-" ] int [ frac ] [ exp ], RFC 8259 section 6.  Not one that no
 * double can hold: printed again, it would be null. */
static bool scan_number(struct scan *s)
{
	char *start = s->at;
	double value;
	size_t n;

	(void)take(s, '-');
	if (!take(s, '0') && !scan_digits(s))
		return false;
	if (take(s, '.') && !scan_digits(s))
		return false;
	if (take(s, 'e') || take(s, 'E')) {
		if (!take(s, '+'))
			(void)take(s, '-');
		if (!scan_digits(s))
			return false;
	}
	n = (size_t)(s->at - start);
	value = strtod(start, NULL);
	if (!isfinite(value))
		return false;
	keep_integer(s, start, n, value);
	if (n > NUMBER_MAX)
		shorten_number(start, n, value);
	return true;
}

/* Four hexadecimal digits. */
static bool scan_hex(struct scan *s, unsigned *code)
{
	unsigned n = 0;

	for (int i = 0; i < 4; i++) {
		const int digit = hex_digit(peek(s));

		if (digit < 0)
			return false;
		n = n << 4 | (unsigned)digit;
		s->at++;
	}
	*code = n;
	return true;
}

/*
 * What follows a backslash.  A surrogate stands only for half a character (RFC
 * 8259 section 8.2), and NUL would end the string where it is a C string.
 */
static bool scan_escape(struct scan *s)
{
	unsigned code, low;
	const char c = peek(s);

	if (!c || !strchr("\"\\/bfnrtu", c))
		return false;
	s->at++;
	if (c != 'u')
		return true;
	if (!scan_hex(s, &code) || code == 0)
		return false;
	if (code < 0xd800 || code > 0xdfff)
		return true;
	return code < 0xdc00 && take(s, '\\') && take(s, 'u') &&
	       scan_hex(s, &low) && low >= 0xdc00 && low <= 0xdfff;
}

static bool scan_string(struct scan *s)
{
	if (!take(s, '"'))
		return false;
	while (!take(s, '"')) {
		if (take(s, '\\')) {
			if (!scan_escape(s))
				return false;
			continue;
		}
		if ((unsigned char)peek(s) < 0x20)	/* the end, too */
			return false;
		s->at++;
	}
	return true;
}

static bool scan_member(struct scan *s, unsigned depth)
{
	scan_space(s);
	if (!scan_string(s))
		return false;
	scan_space(s);
	return take(s, ':') && scan_value(s, depth);
}

/* What is between the brackets, and the closing one. */
static bool scan_inside(struct scan *s, char closing, unsigned depth)
{
	if (depth > DEPTH_MAX)
		return false;
	scan_space(s);
	if (take(s, closing))
		return true;
	do {
		if (closing == '}' ? !scan_member(s, depth)
				   : !scan_value(s, depth))
			return false;
	} while (take(s, ','));
	return take(s, closing);
}

/* A value and the space around it.  depth: the objects and arrays it is in.
 * Recursion ends at DEPTH_MAX. */
static bool scan_value(struct scan *s, unsigned depth)
{
	bool good;

	scan_space(s);
	if (take(s, '{'))
		good = scan_inside(s, '}', depth + 1);
	else if (take(s, '['))
		good = scan_inside(s, ']', depth + 1);
	else if (peek(s) == '"')
		good = scan_string(s);
	else
		good = scan_word(s, STR("true")) ||
		       scan_word(s, STR("false")) ||
		       scan_word(s, STR("null")) || scan_number(s);
	scan_space(s);
	return good;
}

static const struct json *from_cjson(const cJSON *tree)
{
	return (const void *)tree;
}

static const cJSON *to_cjson(const struct json *value)
{
	return (const void *)value;
}

static int compare_names(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

/* The names as they are after their escapes were read; sorted, so that ten
 * thousand members take no hundred million comparisons. */
static bool has_duplicate_names(struct arena *a, const cJSON *object)
{
	const size_t n = (size_t)cJSON_GetArraySize(object);
	const char **names;
	size_t i = 0;

	if (n < 2)
		return false;
	names = arena_alloc(a, n * sizeof(*names));
	for (const cJSON *c = object->child; c; c = c->next)
		names[i++] = c->string;
	qsort(names, n, sizeof(*names), compare_names);
	for (i = 1; i < n; i++) {
		if (strcmp(names[i - 1], names[i]) == 0)
			return true;
	}
	return false;
}

/* No object in it names a member twice.  As deep as the scan let it be. */
static bool names_are_unique(struct arena *a, const cJSON *value)
{
	if (cJSON_IsObject(value) && has_duplicate_names(a, value))
		return false;
	for (const cJSON *c = value->child; c; c = c->next) {
		if (!names_are_unique(a, c))
			return false;
	}
	return true;
}

/* To each large integer of the tree its text, which is freed with it; in the
 * order of the text, and as deep as the scan let it be. */
static void give_integers(struct scan *s, cJSON *value)
{
	if (cJSON_IsNumber(value) && s->first &&
	    s->first->place == ++s->numbers) {
		value->valuestring = memory_text(s->first->text.ptr);
		s->first = s->first->next;
	}
	for (cJSON *c = value->child; c; c = c->next)
		give_integers(s, c);
}

void json_init(void)
{
	cJSON_Hooks hooks = { memory_alloc, free };

	cJSON_InitHooks(&hooks);
}

static void delete_tree(void *tree)
{
	cJSON_Delete(tree);
}

const struct json *json_parse(struct arena *a, struct str text)
{
	struct scan s = { .arena = a, .last = &s.first };
	const char *start;
	cJSON *tree;

	if (!text.ptr || !utf8_valid(text))
		return NULL;
	start = s.at = arena_alloc(a, text.len + 1);
	s.end = s.at + text.len;
	memcpy(s.at, text.ptr, text.len);
	if (!scan_value(&s, 0) || s.at != s.end)
		return NULL;
	tree = cJSON_ParseWithLengthOpts(start, text.len + 1, NULL, true);
	if (!tree)
		return NULL;
	arena_defer(a, delete_tree, tree);
	s.numbers = 0;
	if (s.first)
		give_integers(&s, tree);
	return names_are_unique(a, tree) ? from_cjson(tree) : NULL;
}

const struct json *json_member(const struct json *object, struct str name)
{
	const cJSON *tree = to_cjson(object);

	if (!cJSON_IsObject(tree))
		return NULL;
	for (const cJSON *c = tree->child; c; c = c->next) {
		if (str_eq(str_of(c->string), name))
			return from_cjson(c);
	}
	return NULL;
}

const struct json *json_item(const struct json *array, size_t i)
{
	const cJSON *tree = to_cjson(array);
	const cJSON *c = tree ? tree->child : NULL;

	while (c && i-- > 0)
		c = c->next;
	return from_cjson(c);
}

const struct json *json_next(const struct json *value)
{
	const cJSON *tree = to_cjson(value);

	return tree ? from_cjson(tree->next) : NULL;
}

struct str json_name(const struct json *value)
{
	const cJSON *tree = to_cjson(value);

	return tree ? str_of(tree->string) : STR_NONE;
}

bool json_is_object(const struct json *value)
{
	return cJSON_IsObject(to_cjson(value));
}

bool json_is_array(const struct json *value)
{
	return cJSON_IsArray(to_cjson(value));
}

struct str json_text(const struct json *value)
{
	const cJSON *tree = to_cjson(value);

	return cJSON_IsString(tree) ? str_of(tree->valuestring) : STR_NONE;
}

bool json_floor(const struct json *value, long long *out)
{
	const cJSON *tree = to_cjson(value);
	long long n;

	if (!cJSON_IsNumber(tree) || !(tree->valuedouble >= -INTEGER_MAX) ||
	    !(tree->valuedouble <= INTEGER_MAX))
		return false;
	n = (long long)tree->valuedouble;	/* towards 0 */
	*out = tree->valuedouble < (double)n ? n - 1 : n;
	return true;
}

bool json_integer(const struct json *value, long long *out)
{
	long long n;

	if (!json_floor(value, &n) ||
	    to_cjson(value)->valuedouble > (double)n)
		return false;
	*out = n;
	return true;
}

bool json_is_null(const struct json *value)
{
	return cJSON_IsNull(to_cjson(value));
}

bool json_is_true(const struct json *value)
{
	return cJSON_IsTrue(to_cjson(value));
}

struct str json_number_text(struct arena *a, const struct json *value)
{
	const cJSON *tree = to_cjson(value);
	char digits[sizeof("-1.2345678901234567e+308")];
	int precision = 15;
	struct buf b;
	long long n;

	if (!cJSON_IsNumber(tree))
		return STR_NONE;
	if (tree->valuestring)
		return str_of(tree->valuestring);
	buf_init(&b, a);
	if (json_integer(value, &n)) {
		buf_number(&b, n);
		return buf_str(&b);
	}
	do {
		(void)snprintf(digits, sizeof(digits), "%.*g", precision++,
			       tree->valuedouble);
	} while (strtod(digits, NULL) != tree->valuedouble && precision <= 17);
	buf_add(&b, str_of(digits));
	return buf_str(&b);
}
