/* outgoing.c - how many requests may wait for hosts of others. */
#include "oauth/outgoing.h"

#include <stdatomic.h>

#define HELD_MAX 24	/* requests; fetch_run() serves a few more at a time */

static atomic_uint held;

bool outgoing_begin(void)
{
	if (atomic_fetch_add(&held, 1) < HELD_MAX)
		return true;
	atomic_fetch_sub(&held, 1);
	return false;
}

void outgoing_end(void)
{
	atomic_fetch_sub(&held, 1);
}
