/*
 * app.h - a program: its endpoints, its loop, its life.
 */
#ifndef APP_APP_H
#define APP_APP_H

#include "endpoint/endpoint.h"
#include "oauth/chore.h"

struct app {
	struct str program;	/* "token"; its role is postern_token */
	const struct endpoint *endpoints;	/* up to ENDPOINT_END */
	bool needs_key;		/* POSTERN_KEY_FILE */
	const struct app_chore *chores;	/* up to APP_CHORES_END; or NULL */
};

/*
 * Done at the start, then every so many seconds, by a thread of a FastCGI
 * process.  when_poked: at once, too, after a request that set exchange.poke;
 * then also by plain CGI.
 */
struct app_chore {
	chore_fn *run;
	unsigned seconds;
	bool when_poked;
};

#define APP_CHORES_END { NULL, 0, false }

/*
 * Serve until there is no more (plain CGI: one request), or until SIGTERM or
 * SIGINT.  Returns what main() is to return: 0, or 1 where it could not start,
 * with the reason on standard error.
 */
int app_run(const struct app *app);

#endif
