/* stub_random.c - randomness that an input has the same each time. */
#include "crypto/random.h"

#include <sodium.h>
#include <stdlib.h>

#include "world.h"

static unsigned long long state;

void crypto_init(void)
{
	if (sodium_init() < 0)
		abort();
}

void random_bytes(void *out, size_t n)
{
	unsigned char *to = out;

	if (world.statements == 0)
		state = 88172645463325252ULL;
	for (size_t i = 0; i < n; i++) {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		to[i] = (unsigned char)(state >> 32);
	}
}
