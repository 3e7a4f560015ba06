/*
 * serve.h - the life of one request: route, run, answer, log.
 */
#ifndef APP_SERVE_H
#define APP_SERVE_H

#include <pthread.h>

#include "app/app.h"

/* Arenas that are kept for the next connections. */
#define SPARE_ARENAS 64

/* What all requests of a process share. */
struct service {
	const struct app *app;
	struct db *db;
	struct hash key;
	struct jwk_cache *keys;
	struct long_way *long_way;
	bool log_is_open;		/* or the web server keeps it */
	struct arena *spare[SPARE_ARENAS];	/* the loop's alone */
	unsigned spare_count;
	pthread_mutex_t chores;		/* held while one is done */
};

/* What a request comes to, in the arena. */
struct served {
	struct str text;	/* the whole answer */
	struct str log;		/* the line for it */
	bool poke;		/* as in struct exchange */
};

void serve_request(const struct service *s, struct arena *a,
		   const struct request *rq, struct served *out);

#endif
