/* library.c - OpenSSL, made to abort where there is no memory. */
#include "jose/library.h"

#include <assert.h>
#include <openssl/crypto.h>
#include <stdlib.h>

#include "base/memory.h"

static void *allocate(size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return memory_alloc(n);
}

static void *resize(void *p, size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return memory_resize(p, n);
}

static void release(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	free(p);
}

void jose_init(void)
{
	const int set = CRYPTO_set_mem_functions(allocate, resize, release);

	assert(set == 1);
	(void)set;
}
