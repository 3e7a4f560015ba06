/* wipe.c - memory is overwritten before it is given back.  See wipe.h. */
#include "base/wipe.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

/* Of the stack, as wipe.h says: more does not stay in the cache. */
#define STACK_BYTES ((size_t)8 << 10)

__attribute__((noinline)) void wipe_stack(void)
{
	char left[STACK_BYTES];

	explicit_bzero(left, sizeof(left));
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HAS_ITS_OWN_FREE 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HAS_ITS_OWN_FREE 1
#endif
#endif

#if !defined(__GLIBC__) || defined(HAS_ITS_OWN_FREE)

bool wipe_what_is_freed(void)
{
	return false;
}

#else

static bool wiping;	/* set before the threads */

bool wipe_what_is_freed(void)
{
	wiping = true;
	return true;
}

/*
 * A program may have a free() and a realloc() in the place of glibc's, and all
 * libraries use them (glibc's manual, section 3.2.5, "Replacing malloc"); its
 * own have these names, too.  NOLINTBEGIN: they are reserved, to glibc.
 */
void __libc_free(void *p);
void *__libc_realloc(void *p, size_t n);

void free(void *p)
{
	if (p && wiping)
		explicit_bzero(p, malloc_usable_size(p));
	__libc_free(p);
}

/* What is moved leaves a copy behind; what shrinks, its end. */
void *realloc(void *p, size_t n)
{
	const size_t room = p ? malloc_usable_size(p) : 0;
	void *moved;

	if (!p || !wiping || n == 0) {
		if (p && wiping)
			explicit_bzero(p, room);
		return __libc_realloc(p, n);
	}
	if (n <= room) {
		explicit_bzero((char *)p + n, room - n);
		return p;
	}
	moved = malloc(n);
	if (!moved)
		return NULL;
	memcpy(moved, p, room);
	free(p);
	return moved;
}
/* NOLINTEND */

#endif
