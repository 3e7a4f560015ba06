/* str.c - strings that know their length. */
#include "base/str.h"

#include <assert.h>
#include <string.h>

#include "base/arena.h"

struct str str_of(const char *cstr)
{
	return (struct str){ cstr, cstr ? strlen(cstr) : 0 };
}

bool str_eq(struct str a, struct str b)
{
	if (!a.ptr || !b.ptr)
		return a.ptr == b.ptr;
	return a.len == b.len && memcmp(a.ptr, b.ptr, a.len) == 0;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool str_eq_nocase(struct str a, struct str b)
{
	if (!a.ptr || !b.ptr || a.len != b.len)
		return a.ptr == b.ptr && a.len == b.len;
	for (size_t i = 0; i < a.len; i++) {
		if (lower(a.ptr[i]) != lower(b.ptr[i]))
			return false;
	}
	return true;
}

bool str_starts(struct str s, struct str prefix)
{
	return s.len >= prefix.len &&
	       (prefix.len == 0 || memcmp(s.ptr, prefix.ptr, prefix.len) == 0);
}

bool str_ends(struct str s, struct str suffix)
{
	return s.len >= suffix.len &&
	       (suffix.len == 0 || memcmp(s.ptr + (s.len - suffix.len),
					  suffix.ptr, suffix.len) == 0);
}

bool str_has(struct str s, char c)
{
	return s.len > 0 && memchr(s.ptr, c, s.len) != NULL;
}

struct str str_skip(struct str s, size_t n)
{
	if (n > s.len)
		n = s.len;
	if (!s.ptr)
		return s;
	return (struct str){ s.ptr + n, s.len - n };
}

struct str str_cut(struct str *rest, char sep)
{
	struct str all = *rest, before = *rest;
	const char *at;

	at = all.len > 0 ? memchr(all.ptr, sep, all.len) : NULL;
	if (!at) {
		*rest = STR_NONE;
		return before;
	}
	before.len = (size_t)(at - all.ptr);
	*rest = str_skip(all, before.len + 1);
	return before;
}

struct str str_word(struct str *rest)
{
	while (rest->ptr) {
		struct str word = str_cut(rest, ' ');

		if (word.len > 0)
			return word;
	}
	return STR_NONE;
}

bool str_list_has(struct str list, struct str word)
{
	struct str w;

	while ((w = str_word(&list)).ptr) {
		if (str_eq(w, word))
			return true;
	}
	return false;
}

bool str_number(struct str s, long long *out)
{
	long long n = 0;

	if (s.len == 0 || s.len > 18)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
		n = n * 10 + (s.ptr[i] - '0');
	}
	*out = n;
	return true;
}

struct str str_dup(struct arena *a, struct str s)
{
	char *copy;

	if (!s.ptr)
		return s;
	copy = arena_alloc(a, s.len + 1);
	memcpy(copy, s.ptr, s.len);
	return (struct str){ copy, s.len };
}

char *str_cstr(struct arena *a, struct str s)
{
	char *copy;

	if (!s.ptr)
		return NULL;
	assert(!str_has(s, '\0'));
	copy = arena_alloc(a, s.len + 1);
	memcpy(copy, s.ptr, s.len);
	return copy;
}
