/*
 * fetch.h - to ask another server: what a client's URL leads to.
 *
 * The URL is most often a client's word, and the answer is a stranger's.  So
 * the address that is really connected to must be public (network.h) or in a
 * network that the administrator has named; no redirect is followed, no proxy,
 * cookie or password file of the environment is used, no encoding is undone,
 * and both the bytes and the time have a bound.
 */
#ifndef HTTP_FETCH_H
#define HTTP_FETCH_H

#include "base/str.h"

struct arena;

enum fetch_status {
	FETCH_OK,
	FETCH_BAD_URL,		/* not one that is asked; nothing was sent */
	FETCH_REFUSED,		/* its addresses are not allowed */
	FETCH_FAILED,		/* name, connection, TLS, time, form */
	FETCH_TOO_LARGE,	/* more than max_bytes */
	FETCH_BAD_STATUS,	/* not 200..299: a redirect, for one */
};

struct fetch_policy {
	/* Words: the networks that may be reached although they are not
	 * public, such as "127.0.0.0/8 ::1/128"; absent: none. */
	struct str networks;
	/* PEM file of the CAs that are believed, in the place of the
	 * system's; absent: the system's. */
	struct str ca_file;
	/* Plain http, too, but to addresses inside networks only. */
	bool allow_http;
};

struct fetch {
	/*
	 * https://, a name or an address, any port, a path, a query: no user,
	 * no fragment, and ASCII as RFC 3986 has it.
	 */
	struct str url;
	struct str method;	/* "GET" or "POST" */
	struct str content_type, body;	/* of a POST */
	struct str accept;	/* absent: anything */
	size_t max_bytes;	/* of the answer's body */
	long timeout_ms;	/* over 0; from the beginning to the end */

	/* Filled in. */
	enum fetch_status status;
	int http_status;	/* 0: there was no answer */
	/*
	 * Both are set with FETCH_OK, and with FETCH_BAD_STATUS as far as the
	 * answer was read, else absent.  The type is as it was sent, with its
	 * parameters; absent where there was none.
	 */
	struct str content_type_got;
	struct str got;
	/* Seconds that the answer may be kept, of Cache-Control; -1: it does
	 * not say (RFC 9111 section 5.2.2). */
	long long max_age;
	struct str reason;	/* for the log, never absent; no part of the
				 * URL but its host */
};

/* Prepare libcurl; once, before any thread.  Aborts where it fails. */
void fetch_init(void);

/*
 * All of them at once; each ends within its timeout_ms, and this returns when
 * all have.  What is filled in lives as long as the arena.  May be called by
 * several threads, each with an arena of its own.
 */
void fetch_run(struct arena *a, const struct fetch_policy *p,
	       struct fetch *fetches, size_t count);

#endif
