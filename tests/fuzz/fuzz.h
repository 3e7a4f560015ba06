/*
 * fuzz.h - what every target has.
 *
 * A target is one file: LLVMFuzzerTestOneInput() takes any bytes apart with a
 * parser of src/ and asserts what must be true of whatever it made of them.
 * libFuzzer calls it (`make fuzz`), and so does replay.c, with what is in
 * corpus/NAME (`make test`).
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An arena that is empty, with the limit that a request has. */
__attribute__((unused))
static struct arena *fuzz_arena(void)
{
	static struct arena *a;

	if (!a)
		a = arena_new((size_t)16 << 20);
	arena_reset(a);
	return a;
}

/* The bytes as they are: what is read past their end, AddressSanitizer sees. */
__attribute__((unused))
static struct str fuzz_str(const uint8_t *data, size_t size)
{
	return (struct str){ data ? (const char *)data : "", size };
}

/*
 * The next piece of an input that stands for several values: they are lines,
 * so that a seed can be read.  Absent where there are no more.
 */
__attribute__((unused))
static struct str fuzz_line(struct str *rest)
{
	return str_cut(rest, '\n');
}

/* Is part in whole? */
__attribute__((unused))
static bool fuzz_has(struct str whole, struct str part)
{
	return whole.ptr &&
	       memmem(whole.ptr, whole.len, part.ptr, part.len) != NULL;
}

/* Do the bytes of part lie in whole? */
__attribute__((unused))
static bool fuzz_is_within(struct str part, struct str whole)
{
	return !part.ptr || (part.ptr >= whole.ptr &&
			     part.ptr + part.len <= whole.ptr + whole.len);
}

#endif
