/*
 * jwk_cache.h - keys that were read before, ready to be used.
 *
 * Making OpenSSL's form of a private RSA key, and looking whether its parts fit
 * each other, takes longer than the signature that it is wanted for.  A key is
 * remembered by what it was read from, byte for byte, or by what that was
 * sealed as: whoever comes here has the text from the database, and the cache
 * decides nothing.
 */
#ifndef JOSE_JWK_CACHE_H
#define JOSE_JWK_CACHE_H

#include "jose/jwk.h"

struct jwk_cache;

/* For all threads of a process.  Aborts where there is no memory. */
struct jwk_cache *jwk_cache_new(void);

/* When nobody asks any more; keys that are in use live on.  NULL is allowed. */
void jwk_cache_free(struct jwk_cache *c);

/* The key that was kept by this name; it lives as long as the arena.  NULL
 * where there is none, or no cache (NULL). */
const struct jwk *jwk_cache_find(struct jwk_cache *c, struct arena *a,
				 struct str name);

/* The same of what jwk_parse() makes of the JSON text, kept by this name from
 * now on.  NULL where that gives NULL.  Without a cache it is just parsed. */
const struct jwk *jwk_cache_keep(struct jwk_cache *c, struct arena *a,
				 struct str name, struct str text);

/*
 * What jwk_parse() makes of the JSON text; it lives as long as the arena.  NULL
 * where that gives NULL.  Without a cache (NULL) it is parsed anew.
 */
const struct jwk *jwk_cache_read(struct jwk_cache *c, struct arena *a,
				 struct str text);

#endif
