/*
 * fetch_asking.h - what is asked of the server of unruly_server.h, and what
 * comes of it.
 */
#ifndef TESTS_FETCH_ASKING_H
#define TESTS_FETCH_ASKING_H

#include "base/buf.h"
#include "http/fetch.h"
#include "loopback_only.h"
#include "tap.h"
#include "unruly_server.h"

#define TIMEOUT_MS 3000

#define LOOPBACK STR_INIT("127.0.0.0/8 ::1/128")
static const struct fetch_policy local = { .networks = LOOPBACK,
					   .allow_http = true };

/* With the server's port in the place of every $, the silent one's of ~. */
static struct str url_of(struct arena *a, const char *pattern)
{
	struct buf b;

	buf_init(&b, a);
	for (; *pattern; pattern++) {
		if (*pattern == '$' || *pattern == '~')
			buf_addf(&b, "%d", *pattern == '$' ? server.port
				 : server.silent);
		else
			buf_char(&b, *pattern);
	}
	return buf_str(&b);
}

static struct fetch get(struct str url)
{
	return (struct fetch){ .url = url, .method = STR("GET"),
			       .max_bytes = MAX_BYTES,
			       .timeout_ms = TIMEOUT_MS };
}

__attribute__((unused))
static struct fetch ask(struct arena *a, const char *pattern)
{
	struct fetch f = get(url_of(a, pattern));

	fetch_run(a, &local, &f, 1);
	return f;
}

__attribute__((unused))
static struct fetch ask_for(struct arena *a, const char *path)
{
	struct buf b;

	buf_init(&b, a);
	buf_addf(&b, "http://127.0.0.1:$%s", path);
	return ask(a, buf_str(&b).ptr);
}

static void is_status(const struct fetch *f, enum fetch_status want,
		      const char *what)
{
	if (!ok(f->status == want && f->reason.len > 0, "%s", what))
		printf("# status %d, HTTP status %d, %.*s\n", (int)f->status,
		       f->http_status, STR_ARG(f->reason));
}

#endif
