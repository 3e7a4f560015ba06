/*
 * url.h - taking URIs apart, as far as the rules need it (RFC 3986).
 */
#ifndef HTTP_URL_H
#define HTTP_URL_H

#include "base/buf.h"

struct url {
	struct str scheme;	/* as written */
	struct str authority;	/* absent where there is no "//" */
	struct str host;	/* with the brackets of an IP literal */
	struct str port;	/* digits; absent where there is none */
	struct str path;	/* may be empty */
	struct str query;	/* without '?'; absent where there is none */
};

/*
 * The parts of an absolute URI.  False, and *out as it was, for anything that
 * has characters outside RFC 3986 (so: white space, control, backslash,
 * quotes, non-ASCII), a bad percent-escape, a fragment, user information, no
 * scheme, a port that is no number below 65536, or http without a host.
 */
bool url_parse(struct str text, struct url *out);

/* http with host 127.0.0.0/8, [::1] or localhost (RFC 8252 section 8.3). */
bool url_is_loopback(const struct url *u);

/*
 * "scheme://host:port" for a Content-Security-Policy source; "scheme:" for a
 * private-use scheme.
 */
struct str url_origin(struct arena *a, const struct url *u);

/* Percent-encode all but the unreserved characters (RFC 3986 section 2.3). */
void url_escape(struct buf *b, struct str s);

/*
 * uri with the fields of params (made by form_add) appended to its query, by
 * '?' or '&' (RFC 6749 section 3.1.2: what the query held is kept).
 */
struct str url_with_query(struct arena *a, struct str uri, struct str params);

#endif
