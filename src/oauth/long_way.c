/* long_way.c - clients whom a grant's short cut did not serve. */
#include "oauth/long_way.h"

#include <string.h>

#include "base/clock.h"
#include "crypto/hash.h"

/* What a slot holds of a client: 48 bits of its hash, and the minute. */
static uint64_t mark(struct str grant_type, struct str client_id, size_t *slot)
{
	const struct hash who = hash_sha256(client_id);
	uint64_t bits;

	memcpy(&bits, who.bytes, sizeof(bits));
	/* One of a handful, and ours: no second hash for each request. */
	for (size_t i = 0; i < grant_type.len; i++)
		bits = bits * 31 + (unsigned char)grant_type.ptr[i];
	*slot = bits % LONG_WAY_SLOTS;
	/* Never 0, which is nobody's. */
	bits = (bits | 1 << 16) & ~(uint64_t)0xffff;
	return bits | (uint64_t)(clock_ms() / 60000 & 0xffff);
}

bool long_way_has(struct long_way *w, struct str grant_type,
		  struct str client_id)
{
	size_t slot;
	const uint64_t m = mark(grant_type, client_id, &slot);

	return atomic_load_explicit(&w->slots[slot], memory_order_relaxed) ==
	       m;
}

void long_way_note(struct long_way *w, struct str grant_type,
		   struct str client_id)
{
	size_t slot;
	const uint64_t m = mark(grant_type, client_id, &slot);

	atomic_store_explicit(&w->slots[slot], m, memory_order_relaxed);
}

void long_way_forget(struct long_way *w, struct str grant_type,
		     struct str client_id)
{
	size_t slot;
	uint64_t m = mark(grant_type, client_id, &slot);

	/* Not another client's that fell into the same slot. */
	atomic_compare_exchange_strong_explicit(
		&w->slots[slot], &m, 0, memory_order_relaxed,
		memory_order_relaxed);
}
