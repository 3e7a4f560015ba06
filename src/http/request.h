/*
 * request.h - what came in, read and bounded, before anybody looks at it.
 */
#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include "base/str.h"

#define REQUEST_BODY_MAX	65536	/* bytes */
#define REQUEST_QUERY_MAX	16384
#define REQUEST_HEADER_MAX	8192	/* of each header field we read */

/* Why a request is refused before it reaches an endpoint. */
enum request_fault {
	REQUEST_OK,
	REQUEST_BAD,		/* 400: not HTTP as RFC 3875 hands it over */
	REQUEST_TOO_LARGE,	/* 413 */
	REQUEST_QUERY_TOO_LONG,	/* 414 */
	REQUEST_HEADERS_TOO_LONG, /* 431 */
	REQUEST_SLOW,		/* 408: the body did not arrive in time */
	REQUEST_CUT		/* 400: the body ended early */
};

/* Absent where the client sent none.  All live in the request's arena. */
struct request {
	enum request_fault fault;
	struct str method;
	struct str path;	/* SCRIPT_NAME and PATH_INFO */
	struct str query;
	struct str content_type;
	struct str body;
	struct str authorization;
	struct str cookie;
	struct str origin;
	struct str languages;	/* Accept-Language */
	struct str accept;
	struct str remote_addr;

	/* As the web server hands them over; the above is made from them. */
	struct str script_name, path_info, content_length;
};

#endif
