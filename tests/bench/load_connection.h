/*
 * load_connection.h - a connection of load.c: its request, and the answer.
 */
#ifndef BENCH_LOAD_CONNECTION_H
#define BENCH_LOAD_CONNECTION_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "load_script.h"

#define OUT_LEN		16384
#define IN_LEN		262144

struct connection {
	int fd;			/* -1: none yet */
	size_t step;
	bool is_busy;		/* an answer is due */
	uint64_t began;
	char var[VARS][VAR_LEN];
	char out[OUT_LEN];
	size_t out_len;
	char in[IN_LEN + 1];	/* one NUL more: searched as a string */
	size_t in_len;
};

/* What an answer's head says of the whole. */
struct answer {
	int status;
	size_t head_len;
	bool is_chunked, closes, has_length;
	size_t length;
};

/* text with {N} replaced -> its length. */
static size_t fill(char *to, size_t room, const char *text,
		   char var[VARS][VAR_LEN])
{
	size_t n = 0;

	while (*text) {
		const char *from = text;
		size_t len = 1;

		if (text[0] == '{' && text[1] >= '0' &&
		    text[1] < '0' + VARS && text[2] == '}') {
			from = var[text[1] - '0'];
			len = strlen(from);
			text += 3;
		} else {
			text++;
		}
		if (n + len >= room)
			die("a request is too long");
		memcpy(to + n, from, len);
		n += len;
	}
	return n;
}

static void write_request(struct connection *c, const struct step *st)
{
	char body[OUT_LEN];
	size_t body_len = st->body ?
		fill(body, sizeof(body), st->body, c->var) : 0;
	size_t n = fill(c->out, sizeof(c->out), st->head, c->var);
	int len = 0;

	if (st->body)
		len = snprintf(c->out + n, sizeof(c->out) - n,
			       "Content-Length: %zu\r\n", body_len);
	n += (size_t)len;
	if (n + 2 + body_len > sizeof(c->out))
		die("a request is too long");
	memcpy(c->out + n, "\r\n", 2);
	memcpy(c->out + n + 2, body, body_len);
	c->out_len = n + 2 + body_len;
	c->in_len = 0;
}

static bool has_header(const char *head, size_t head_len, const char *line)
{
	const char *found = strcasestr(head, line);

	return found && found < head + head_len;
}

/* Is the head here?  Then what it says. */
static bool read_head(const struct connection *c, struct answer *a)
{
	const char *end = strstr(c->in, "\r\n\r\n");
	const char *length;

	if (!end)
		return false;
	memset(a, 0, sizeof(*a));
	a->head_len = (size_t)(end - c->in) + 4;
	if (strncmp(c->in, "HTTP/1.", 7) == 0)
		a->status = (int)strtol(c->in + 9, NULL, 10);
	a->closes = has_header(c->in, a->head_len, "\r\nConnection: close") ||
		    strncmp(c->in, "HTTP/1.0", 8) == 0;
	a->is_chunked = has_header(c->in, a->head_len,
				   "\r\nTransfer-Encoding: chunked");
	length = strcasestr(c->in, "\r\nContent-Length:");
	if (length && length < end) {
		a->has_length = true;
		a->length = strtoul(length + 17, NULL, 10);
	}
	if (a->status == 204 || a->status == 304) {
		a->has_length = true;
		a->length = 0;
	}
	return true;
}

/*
 * RFC 9112 section 7.1, without trailers: are all chunks here?  Where to is not
 * NULL they are put together there, which may be where they begin.
 */
static bool read_chunks(char *p, const char *end, char *to)
{
	while (p < end) {
		char *rest;
		size_t len = strtoul(p, &rest, 16);
		char *data = strstr(rest, "\r\n");

		if (!data || len > (size_t)(end - data))
			return false;
		data += 2;
		p = data + len + 2;
		if (to) {
			memmove(to, data, len);
			to += len;
			*to = '\0';
		}
		if (len == 0)
			return p <= end;
	}
	return false;
}

/* Then a chunked body is one text, like any other. */
static bool is_complete(struct connection *c, const struct answer *a,
			bool at_end)
{
	char *body = c->in + a->head_len, *end = c->in + c->in_len;

	if (a->is_chunked)
		return read_chunks(body, end, NULL) &&
		       read_chunks(body, end, body);
	return a->has_length ? c->in_len - a->head_len >= a->length : at_end;
}

static bool take_all(struct connection *c, const struct step *st)
{
	for (size_t i = 0; i < st->takes; i++) {
		const char *at = strstr(c->in, st->take[i].after);
		size_t len;

		if (!at)
			return false;
		at += strlen(st->take[i].after);
		len = strcspn(at, "\"& \r\n");
		if (len == 0 || len >= VAR_LEN)
			return false;
		memcpy(c->var[st->take[i].var], at, len);
		c->var[st->take[i].var][len] = '\0';
	}
	return true;
}

static bool is_good(struct connection *c, const struct step *st,
		    const struct answer *a)
{
	if (a->status != st->status)
		return false;
	for (size_t i = 0; i < st->finds; i++) {
		if (!strstr(c->in, st->find[i]))
			return false;
	}
	return take_all(c, st);
}

#endif
