/*
 * serve.h - the life of one request: route, run, answer, log.
 */
#ifndef APP_SERVE_H
#define APP_SERVE_H

#include "app/app.h"

/* What all requests of a process share. */
struct service {
	const struct app *app;
	struct db *db;
	struct hash key;
};

/*
 * Answer rq.  The whole text of the answer, and the log line for it, in the
 * arena.
 */
struct str serve_request(const struct service *s, struct arena *a,
			 const struct request *rq, struct str *log);

#endif
