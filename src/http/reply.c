/* reply.c - what goes back: a status, header fields, a body. */
#include "http/reply.h"

#include <assert.h>
#include <string.h>

static const struct {
	int status;
	struct str reason;
} reasons[] = {
	{ 200, STR_INIT("OK") },
	{ 201, STR_INIT("Created") },
	{ 204, STR_INIT("No Content") },
	{ 303, STR_INIT("See Other") },
	{ 304, STR_INIT("Not Modified") },
	{ 400, STR_INIT("Bad Request") },
	{ 401, STR_INIT("Unauthorized") },
	{ 403, STR_INIT("Forbidden") },
	{ 404, STR_INIT("Not Found") },
	{ 405, STR_INIT("Method Not Allowed") },
	{ 408, STR_INIT("Request Timeout") },
	{ 413, STR_INIT("Content Too Large") },
	{ 414, STR_INIT("URI Too Long") },
	{ 429, STR_INIT("Too Many Requests") },
	{ 431, STR_INIT("Request Header Fields Too Large") },
	{ 503, STR_INIT("Service Unavailable") },
};

struct str reply_reason(int status)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (reasons[i].status == status)
			return reasons[i].reason;
	}
	return STR("Unknown");
}

void reply_init(struct reply *r, struct arena *a)
{
	r->status = 200;
	buf_init(&r->headers, a);
	buf_init(&r->body, a);
	reply_header(r, STR("X-Content-Type-Options"), STR("nosniff"));
	reply_header(r, STR("Referrer-Policy"), STR("no-referrer"));
	reply_header(r, STR("Cache-Control"), STR("no-store"));
}

static bool is_printable(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		if ((unsigned char)s.ptr[i] < 0x20 || s.ptr[i] == 0x7f)
			return false;
	}
	return true;
}

/* Take out the field of that name, if there is one. */
static void remove_header(struct reply *r, struct str name)
{
	struct str rest = buf_str(&r->headers);

	while (rest.len > 0) {
		const size_t at = r->headers.len - rest.len;
		struct str line = str_cut(&rest, '\n');

		if (!str_eq_nocase(str_cut(&line, ':'), name))
			continue;
		memmove(r->headers.ptr + at, rest.ptr, rest.len);
		r->headers.len = at + rest.len;
		return;
	}
}

void reply_header(struct reply *r, struct str name, struct str value)
{
	assert(is_printable(name) && is_printable(value));
	if (!str_eq_nocase(name, STR("Set-Cookie")))
		remove_header(r, name);
	buf_add(&r->headers, name);
	buf_add(&r->headers, STR(": "));
	buf_add(&r->headers, value);
	buf_add(&r->headers, STR("\r\n"));
}

void reply_json(struct reply *r, int status)
{
	r->status = status;
	reply_header(r, STR("Content-Type"), STR("application/json"));
	reply_header(r, STR("Cache-Control"), STR("no-store"));
	reply_header(r, STR("Pragma"), STR("no-cache"));
}

void reply_redirect(struct reply *r, struct str location)
{
	r->status = 303;
	reply_header(r, STR("Location"), location);
}

void reply_cookie(struct reply *r, struct str name, struct str value,
		  long long max_age, bool secure)
{
	struct buf b;

	buf_init(&b, r->headers.arena);
	buf_addf(&b, "%.*s=%.*s; Path=/; HttpOnly; SameSite=Lax",
		 STR_ARG(name), STR_ARG(value));
	if (secure)
		buf_add(&b, STR("; Secure"));
	if (max_age >= 0)
		buf_addf(&b, "; Max-Age=%lld", max_age);
	reply_header(r, STR("Set-Cookie"), buf_str(&b));
}

/* RFC 9110 sections 15.3.5 and 15.4.5: these end with the header. */
static bool has_body(int status)
{
	return status != 204 && status != 304;
}

struct str reply_text(struct reply *r, struct arena *a, bool head)
{
	struct buf b;

	buf_init(&b, a);
	buf_add(&b, STR("Status: "));
	buf_number(&b, r->status);
	buf_char(&b, ' ');
	buf_add(&b, reply_reason(r->status));
	buf_add(&b, STR("\r\n"));
	buf_add(&b, buf_str(&r->headers));
	if (has_body(r->status)) {
		buf_add(&b, STR("Content-Length: "));
		buf_number(&b, (long long)r->body.len);
		buf_add(&b, STR("\r\n"));
	}
	buf_add(&b, STR("\r\n"));
	if (!head && has_body(r->status))
		buf_add(&b, buf_str(&r->body));
	return buf_str(&b);
}
