/*
 * config.h - what a program must be told to reach the database; everything
 * else is rows (docs/design.md).
 */
#ifndef APP_CONFIG_H
#define APP_CONFIG_H

#include "base/str.h"
#include "crypto/hash.h"

#define CONFIG_CONNECTIONS_MAX 16384

struct config {
	struct str database;	/* a libpq connection string */
	struct str key_file;
	long long connections;	/* at a time */
	long long read_lanes;
};

/*
 * From the environment, or from the file that POSTERN_CONFIG names, whose
 * NAME=value lines count where the environment says nothing.  What is read
 * lives as long as the arena.  False, with the reason on standard error, where
 * a value makes no sense.
 */
bool config_read(struct config *c, struct arena *a, struct str program);

/*
 * The server's key: a regular file of 64 hexadecimal digits that nobody but
 * its owner can write and nobody but its group can read.
 */
bool config_read_key(const struct config *c, struct str program,
		     struct hash *out);

#endif
