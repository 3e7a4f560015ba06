/*
 * json.h - JSON in and out (RFC 8259).
 *
 * Out: a writer that keeps the commas.  Our answers are flat and small, so they
 * are written straight into a buffer.
 *
 * In: cJSON made strict.  It ignores the case of names, keeps duplicate
 * members and cuts strings at \u0000; here names are compared exactly, and
 * duplicates, NUL, invalid UTF-8, numbers that no double can hold, anything
 * after the value and more than 32 levels are refused.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/buf.h"

/* Make cJSON abort where there is no memory (memory.h), which it would say was
 * no JSON.  Before any thread. */
void json_init(void);

/* Open an object or array, as the member name, or as an element where name is
 * absent; close it. */
void json_object(struct buf *b, struct str name);
void json_object_end(struct buf *b);
void json_array(struct buf *b, struct str name);
void json_array_end(struct buf *b);

/*
 * A member, or an element where name is absent.  Bytes that are not UTF-8 are
 * written as U+FFFD; control characters, U+2028/2029 and DEL are escaped.  An
 * absent value writes nothing at all.
 */
void json_string(struct buf *b, struct str name, struct str value);

/* The same, but cut, between two characters, to what takes at most max bytes
 * between the quotation marks. */
void json_string_cut(struct buf *b, struct str name, struct str value,
		     size_t max);

void json_number(struct buf *b, struct str name, long long value);
void json_bool(struct buf *b, struct str name, bool value);

/* The words of a space-separated list as an array of strings. */
void json_words(struct buf *b, struct str name, struct str words);

struct json;	/* a value; lives as long as the arena it was parsed in */

/* NULL where text is no JSON text by the rules above. */
const struct json *json_parse(struct arena *a, struct str text);

/* The member of an object, or NULL (also where object is NULL or none). */
const struct json *json_member(const struct json *object, struct str name);

/* The i-th element of an array or value of an object, or NULL. */
const struct json *json_item(const struct json *array, size_t i);

/* What follows a value in its array or object, or NULL: json_item() of 0 and
 * then this one visits all, and does not count from the start each time. */
const struct json *json_next(const struct json *value);

/* The name that a value has in its object; absent for an element of an array
 * and for the root. */
struct str json_name(const struct json *value);

bool json_is_object(const struct json *value);
bool json_is_array(const struct json *value);
bool json_is_null(const struct json *value);
bool json_is_true(const struct json *value);

/* The text of a string; absent for anything else. */
struct str json_text(const struct json *value);

/* An integer in +-(2^53 - 1); false for anything else. */
bool json_integer(const struct json *value, long long *out);

/* The same of a number that may have a fraction: the integer at or below it. */
bool json_floor(const struct json *value, long long *out);

/*
 * A number as JSON, in as few digits as another reader needs to have the same;
 * an integer outside of +-(2^53 - 1) as it was written, for it may be
 * somebody's id, and other readers know more than doubles.  Absent for anything
 * else.
 */
struct str json_number_text(struct arena *a, const struct json *value);

/* Write a parsed value, as a member or element of what b holds. */
void json_value(struct buf *b, struct str name, const struct json *value);

/* Printed without any space, in the arena. */
struct str json_text_of(struct arena *a, const struct json *value);

#endif
