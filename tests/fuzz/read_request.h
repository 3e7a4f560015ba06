/*
 * read_request.h - what must be true of a request that the gateway has read,
 * whatever the web server said.
 */
#ifndef TESTS_FUZZ_READ_REQUEST_H
#define TESTS_FUZZ_READ_REQUEST_H

#include "fuzz.h"
#include "http/gateway.h"

static bool is_bounded(struct str s, size_t max)
{
	return s.len <= max && !str_has(s, '\0');
}

static void read_request_check(const struct request *rq)
{
	const struct str path = rq->path;
	long long n;

	assert(is_bounded(rq->method, 32) && is_bounded(rq->remote_addr, 64));
	assert(is_bounded(rq->query, REQUEST_QUERY_MAX));
	assert(is_bounded(rq->authorization, REQUEST_HEADER_MAX));
	assert(is_bounded(rq->cookie, REQUEST_HEADER_MAX));
	assert(is_bounded(rq->content_type, REQUEST_HEADER_MAX));
	assert(!str_starts(path, STR("//")));
	assert(rq->body.len <= REQUEST_BODY_MAX);
	if (rq->fault != REQUEST_OK)
		return;
	assert(rq->method.ptr);
	for (size_t i = 0; i < path.len; i++)
		assert((unsigned char)path.ptr[i] >= 0x20 &&
		       path.ptr[i] != 0x7f && path.ptr[i] != '\\');
	if (rq->content_length.len > 0)
		assert(str_number(rq->content_length, &n) &&
		       (size_t)n == rq->body.len);
	else
		assert(rq->body.len == 0 || !gateway_is_cgi());
}

#endif
