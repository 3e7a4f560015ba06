/*
 * chores.h - what a program does beside its requests, and when.
 */
#ifndef APP_CHORES_H
#define APP_CHORES_H

#include "app/serve.h"

/*
 * The signal that wakes the thread of chores.  To be blocked before any thread
 * is made, so that only whoever waits for it hears of it.
 */
#define CHORES_SIGNAL SIGUSR2

/* A thread that does each chore when it is due.  False where there is none to
 * be had. */
bool chores_start(struct service *s);

/* Those that are for it are done at once. */
void chores_poke(void);

/*
 * From now on nothing is begun; wait for what is in the middle of it, at most
 * ms milliseconds.  False where it is still at it.
 */
bool chores_stop(struct service *s, long long ms);

/*
 * Plain CGI, where the process is about to end: those that a poke is for, in a
 * process of their own, for a web server ends its programs soon after their
 * answer.  It has ten seconds.  s->db must be closed; open_db opens another.
 */
void chores_detach(struct service *s,
		   struct db *(*open_db)(const void *how), const void *how);

#endif
