/*
 * log.h - one line of JSON a request, on standard error.
 *
 * Never a secret, token, code or password: only what is written here by name
 * gets in, and of what a client sent that is client_id alone, escaped and cut.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/str.h"

struct log_line {
	struct str program, endpoint, method;
	int status;
	struct str client_id;	/* absent: left out */
	struct str outcome;	/* "ok", or the registered error code */
	struct str reason;	/* the real one; absent: left out */
	struct str user;	/* the sub; absent: left out */
	double ms;
	unsigned trips;		/* round trips to PostgreSQL */
	unsigned statements;
};

/* Longer lines lose the end of their longest member, never their form. */
#define LOG_LINE_MAX 2048

/* The line, its newline included, in the arena. */
struct str log_format(struct arena *a, const struct log_line *line);

/* One write(2) to standard error; a failure is nobody's business. */
void log_write(struct str line);

/* Does standard error lead anywhere but to /dev/null? */
bool log_is_open(void);

/* Something that concerns the process: {"time":..,"program":..,"event":..}. */
void log_event(struct str program, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
