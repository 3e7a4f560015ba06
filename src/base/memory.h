/*
 * memory.h - memory for libraries that let us say where theirs comes from.
 *
 * No memory aborts here, too.  A library that is told "no" passes it on as a
 * failure like any other, a signature that does not fit or a text that is no
 * JSON, and some do not get that far: OpenSSL 3.0 follows a null pointer.
 */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stddef.h>

/* As malloc(), calloc(), realloc() and strdup(), but never NULL; except that to
 * resize to nothing is to free. */
void *memory_alloc(size_t n);
void *memory_zeroed(size_t count, size_t n);
void *memory_resize(void *p, size_t n);
char *memory_text(const char *text);

#endif
