/*
 * no_memory.h - calloc(), which is what src/ calls, until there is no memory.
 */
#ifndef TESTS_NO_MEMORY_H
#define TESTS_NO_MEMORY_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bool there_is_no_memory;

/* In place of the library's.  ThreadSanitizer calls it for a thread that it
 * knows nothing of yet. */
__attribute__((no_sanitize_thread))
void *calloc(size_t n, size_t size)
{
	void *p = NULL;

	if (!there_is_no_memory && (size == 0 || n <= (size_t)-1 / size))
		p = malloc(n * size);
	if (p)	/* not memset(): a compiler would make both one calloc() */
		explicit_bzero(p, n * size);
	return p;
}

#endif
