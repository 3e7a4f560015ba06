/*
 * allocations.c - preloaded: one allocation fails, of all that the program and
 * its libraries make.
 *
 * glibc calls malloc() by its name also in strdup(), getline() and the like, so
 * that these are met, too.  Counted from main() on: what the loader and the
 * libraries' constructors do happens before there is a program.
 */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "faults/control.h"

#define FRAMES 16

/* glibc's own, by the names that it exports for those who replace malloc(). */
/* NOLINTBEGIN(bugprone-reserved-identifier, cert-dcl37-c, cert-dcl51-cpp) */
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t count, size_t n);
void *__libc_realloc(void *p, size_t n);
void *__libc_memalign(size_t align, size_t n);
/* NOLINTEND(bugprone-reserved-identifier, cert-dcl37-c, cert-dcl51-cpp) */

void *memalign(size_t align, size_t n);
void *malloc(size_t n);
void *calloc(size_t count, size_t n);
void *realloc(void *p, size_t n);
void *reallocarray(void *p, size_t count, size_t n);
void *aligned_alloc(size_t align, size_t n);
int posix_memalign(void **p, size_t align, size_t n);

static struct control *control;

__attribute__((constructor)) static void attach(void)
{
	void *frames[FRAMES];

	(void)backtrace(frames, FRAMES);	/* it loads a library */
	control = control_open();
}

/* Who asked, the innermost first, for the report. */
static void say_where(void)
{
	void *frames[FRAMES];
	const int n = backtrace(frames, FRAMES);
	size_t used = 0;

	for (int i = 2; i < n && used < sizeof(control->where) - 256; i++) {
		Dl_info info;
		const char *name = NULL;

		if (dladdr(frames[i], &info))
			name = info.dli_sname ? info.dli_sname
					      : strrchr(info.dli_fname, '/');
		used += (size_t)snprintf(control->where + used, 200, "%s%.150s",
					 used ? " < " : "", name ? name : "?");
	}
}

static int fails(void)
{
	if (!control || atomic_load(&control->left) <= 0 ||
	    atomic_fetch_sub(&control->left, 1) != 1)
		return 0;
	if (atomic_fetch_add(&control->failed, 1) == 0)
		say_where();
	errno = ENOMEM;
	return 1;
}

void *malloc(size_t n)
{
	return fails() ? NULL : __libc_malloc(n);
}

void *calloc(size_t count, size_t n)
{
	return fails() ? NULL : __libc_calloc(count, n);
}

void *realloc(void *p, size_t n)
{
	return fails() ? NULL : __libc_realloc(p, n);
}

void *reallocarray(void *p, size_t count, size_t n)
{
	if (n > 0 && count > SIZE_MAX / n) {
		errno = ENOMEM;
		return NULL;
	}
	return fails() ? NULL : __libc_realloc(p, count * n);
}

void *memalign(size_t align, size_t n)
{
	return fails() ? NULL : __libc_memalign(align, n);
}

void *aligned_alloc(size_t align, size_t n)
{
	return memalign(align, n);
}

int posix_memalign(void **p, size_t align, size_t n)
{
	void *made = memalign(align, n);

	if (!made)
		return ENOMEM;
	*p = made;
	return 0;
}
