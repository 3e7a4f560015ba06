/*
 * outgoing.h - how many requests may wait for hosts of others.
 *
 * Like a pool, the count is the process's: whoever may
 * register clients could otherwise have everybody wait for slow hosts of
 * theirs.
 */
#ifndef OAUTH_OUTGOING_H
#define OAUTH_OUTGOING_H

#include <stdbool.h>

/* Before one asks a host; false: too many do, come again.  Where it is true,
 * outgoing_end() must follow. */
bool outgoing_begin(void) __attribute__((warn_unused_result));
void outgoing_end(void);

#endif
