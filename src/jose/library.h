/*
 * library.h - OpenSSL, made to abort where there is no memory (memory.h).
 */
#ifndef JOSE_LIBRARY_H
#define JOSE_LIBRARY_H

/* Before anything else uses OpenSSL, as curl does; and before any thread. */
void jose_init(void);

#endif
