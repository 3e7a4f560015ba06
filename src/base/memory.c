/* memory.c - memory for libraries that let us say where theirs comes from. */
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

static void *must(void *p)
{
	if (!p)
		abort();
	return p;
}

void *memory_alloc(size_t n)
{
	return must(malloc(n > 0 ? n : 1));
}

void *memory_zeroed(size_t count, size_t n)
{
	return must(count > 0 && n > 0 ? calloc(count, n) : calloc(1, 1));
}

void *memory_resize(void *p, size_t n)
{
	if (n > 0)
		return must(realloc(p, n));
	free(p);
	return NULL;
}

char *memory_text(const char *text)
{
	return must(strdup(text));
}
