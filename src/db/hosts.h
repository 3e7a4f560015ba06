/*
 * hosts.h - the hosts of a connection string, one at a time.
 *
 * libpq goes through several hosts by itself, but gives each as long as the
 * kernel does: connect_timeout is not for PQconnectPoll() (its manual, section
 * 34.1), and one that is switched off would use up all the time there is.  So
 * each is tried by itself, with a time of its own, in the same order.
 */
#ifndef DB_HOSTS_H
#define DB_HOSTS_H

#include "db/connection.h"

/* More than these are left to libpq. */
#define HOSTS_MAX 8
#define HOSTS_ATTEMPTS_MAX (2 * HOSTS_MAX)

/* How many attempts go through all of them: 1 where there is nothing to tell
 * apart, at most HOSTS_ATTEMPTS_MAX.  prefer-standby: through them twice. */
size_t hosts_attempts(const struct conninfo *info);

/* Begin one of them; as PQconnectStartParams(). */
PGconn *hosts_start(const struct conninfo *info, size_t attempt);

#endif
