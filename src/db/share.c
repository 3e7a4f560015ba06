/* share.c - calls of one batch that one statement answers. */
#include "db/share.h"

#include <assert.h>
#include <string.h>

#include "base/hex.h"
#include "db/result.h"

/* pg_type.dat's bytea. */
#define BYTEA_OID 17

static enum query_serves serves(const struct db_call *call)
{
	return query_texts[call->query].serves;
}

static bool is_same_param(const struct db_param *a, const struct db_param *b)
{
	return a->binary == b->binary && !a->value.ptr == !b->value.ptr &&
	       str_eq(a->value, b->value);
}

/* But for the key, where there is one. */
static bool asks_the_same(const struct db_call *a, const struct db_call *b)
{
	if (a->query != b->query || a->count != b->count)
		return false;
	for (size_t i = serves(a) == SERVES_KEYS; i < a->count; i++) {
		if (!is_same_param(&a->params[i], &b->params[i]))
			return false;
	}
	return true;
}

static struct share_host *find_host(struct share *s, const struct db_call *call)
{
	for (size_t i = 0; i < s->count; i++) {
		struct share_host *h = &s->hosts[i];

		if (asks_the_same(h->host, call) && h->count < SHARE_KEYS_MAX)
			return h;
	}
	return NULL;
}

static void join(struct share *s, struct db_call *call)
{
	struct share_host *h = find_host(s, call);

	if (h) {
		call->is_guest = true;
		h->last->next_guest = call;
		h->last = call;
		h->count++;
	} else if (s->count < SHARE_HOSTS_MAX) {
		s->hosts[s->count++] = (struct share_host){ call, call, 1 };
	}
}

void share_calls(struct share *s, struct db_work *work)
{
	for (size_t i = 0; i < work->count; i++) {
		struct db_call *call = &work->calls[i];

		call->is_guest = false;
		call->next_guest = NULL;
		if (s && serves(call) != SERVES_ONE)
			join(s, call);
	}
}

static unsigned char *put_int32(unsigned char *to, size_t n)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		*to++ = (unsigned char)(n >> shift);
	return to;
}

struct str share_keys(struct connection *c, const struct db_call *host)
{
	unsigned char *at = c->keys;
	size_t count = 0;

	if (serves(host) != SERVES_KEYS)
		return STR_NONE;
	for (const struct db_call *g = host; g; g = g->next_guest)
		count++;
	at = put_int32(at, 1);		/* dimensions */
	at = put_int32(at, 0);		/* none is NULL */
	at = put_int32(at, BYTEA_OID);
	at = put_int32(at, count);
	at = put_int32(at, 1);		/* the first one's index */
	for (const struct db_call *g = host; g; g = g->next_guest) {
		const struct str key = g->params[0].value;

		assert(key.ptr && key.len <= SHARE_KEY_BYTES);
		at = put_int32(at, key.len);
		memcpy(at, key.ptr, key.len);
		at += key.len;
	}
	return (struct str){ (const char *)c->keys, (size_t)(at - c->keys) };
}

/* bytea as text is "\\x" and hexadecimal digits (bytea_output). */
static bool is_key(struct str text, struct str key)
{
	return hex_is(str_skip(text, 2), key);
}

static struct str last_column(const PGresult *r, int row)
{
	const int column = PQnfields(r) - 1;

	return (struct str){ PQgetvalue(r, row, column),
			     (size_t)PQgetlength(r, row, column) };
}

/* The row of the call's key: *first is one after the last where it has none. */
static size_t find_row(const struct db_call *call, const PGresult *r,
		       size_t *first)
{
	const int rows = PQntuples(r);

	for (int i = 0; i < rows; i++) {
		*first = (size_t)i;
		if (is_key(last_column(r, i), call->params[0].value))
			return 1;
	}
	*first = (size_t)rows;
	return 0;
}

static void take_rows(struct db_call *call, const PGresult *r)
{
	if (serves(call) == SERVES_KEYS) {
		call->rows = find_row(call, r, &call->first);
	} else {
		call->first = 0;
		call->rows = (size_t)PQntuples(r);
	}
	call->status = call->rows > 0 || PQresultStatus(r) == PGRES_COMMAND_OK
		? DB_OK : DB_NO_ROW;
}

void share_result(struct db_call *host, PGresult *r)
{
	host->result = db_result_new(r);
	take_rows(host, r);
	for (struct db_call *g = host->next_guest; g; g = g->next_guest) {
		g->result = db_result_hold(host->result);
		take_rows(g, r);
	}
}
