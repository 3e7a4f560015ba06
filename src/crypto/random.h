/*
 * random.h - bytes nobody can guess.
 */
#ifndef CRYPTO_RANDOM_H
#define CRYPTO_RANDOM_H

#include <stddef.h>

/* Prepare libsodium; once, before any thread.  Aborts where it fails. */
void crypto_init(void);

/* From the kernel's generator; does not fail. */
void random_bytes(void *out, size_t n);

#endif
