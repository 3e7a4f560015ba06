/* random.c - bytes nobody can guess. */
#include "crypto/random.h"

#include <sodium.h>
#include <stdlib.h>

void crypto_init(void)
{
	if (sodium_init() < 0)
		abort();
}

void random_bytes(void *out, size_t n)
{
	randombytes_buf(out, n);
}
