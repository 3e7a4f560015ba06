/*
 * str.h - strings that know their length.
 *
 * A str is passed by value and does not own its bytes: they live as long as
 * what they point into, most often the request's arena.  ptr NULL is
 * "absent"; len 0 with a ptr is "empty".
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/banned.h"

struct arena;

struct str {
	const char *ptr;
	size_t len;
};

/* A literal as a value, and as a static initialiser. */
#define STR(s) ((struct str){ "" s, sizeof(s) - 1 })
#define STR_INIT(s) { "" s, sizeof(s) - 1 }
#define STR_NONE ((struct str){ NULL, 0 })

/* For printf-like functions: "%.*s", STR_ARG(s). */
#define STR_ARG(s) (int)(s).len, ((s).ptr ? (s).ptr : "")

/* The bytes up to the NUL; NULL gives "absent". */
struct str str_of(const char *cstr);

/* Byte for byte.  Absent equals only absent.  Not for secrets: secret_eq(). */
bool str_eq(struct str a, struct str b);

/* The same, but for the case of ASCII letters. */
bool str_eq_nocase(struct str a, struct str b);

bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);

/* Is byte c in s? */
bool str_has(struct str s, char c);

/* s without its first n bytes (all of them, where it has fewer). */
struct str str_skip(struct str s, size_t n);

/*
 * What stands before the first sep in *rest; *rest becomes what follows it.
 * Where sep does not occur, all of it, and *rest becomes absent.  Cutting the
 * absent gives the absent, so `while (rest.ptr)` visits every part.
 */
struct str str_cut(struct str *rest, char sep);

/*
 * The next word of a list separated by single or several spaces, or absent at
 * the end.
 */
struct str str_word(struct str *rest);

/* Is word one of the space-separated words of list? */
bool str_list_has(struct str list, struct str word);

/*
 * A decimal number of at most 18 digits, no sign, no space.  False, and *out
 * as it was, for anything else.
 */
bool str_number(struct str s, long long *out);

/* A copy in the arena, followed by a NUL. */
struct str str_dup(struct arena *a, struct str s);

/*
 * As a C string in the arena.  An assertion that s holds no NUL; the absent
 * becomes NULL.
 */
char *str_cstr(struct arena *a, struct str s);

#endif
