/*
 * app.h - a program: its endpoints, its threads, its life.
 */
#ifndef APP_APP_H
#define APP_APP_H

#include "endpoint/endpoint.h"

struct app {
	struct str program;	/* "token"; its role is postern_token */
	const struct endpoint *endpoints;	/* up to ENDPOINT_END */
	bool needs_key;		/* POSTERN_KEY_FILE */
	/* A statement to run every ten minutes, or QUERY_COUNT: none. */
	enum query chore;
};

/*
 * Serve until there is no more (plain CGI: one request), or until SIGTERM or
 * SIGINT.  Returns what main() is to return: 0, or 1 where it could not start,
 * with the reason on standard error.
 */
int app_run(const struct app *app);

#endif
