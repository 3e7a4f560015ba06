/*
 * jwks.c - the keys that our signatures are verified with (RFC 7517 section 5).
 */
#include "base/json.h"
#include "endpoint/endpoint.h"
#include "jose/algorithm.h"

/* In the first seconds of a new server the keys are still being made. */
static bool is_complete(const struct db_call *load)
{
	struct str algs = jose_signing_algs(), alg;
	size_t i;

	while ((alg = str_word(&algs)).ptr) {
		for (i = 0; i < db_rows(load); i++) {
			if (str_eq(db_text(load, i, 1), alg))
				break;
		}
		if (i == db_rows(load))
			return false;
	}
	return true;
}

void jwks_endpoint(struct exchange *x)
{
	struct db_work w = { .count = 0 };
	struct db_call *load = db_add(&w, x->arena, QUERY_JWKS_LOAD, NULL, 0);
	struct buf *body = &x->reply.body;

	if (oauth_db(x, DB_READ, &w)) {
		oauth_reply_json(x);
		return;
	}
	/* A key is published a day before it signs (oauth.setting), so that it
	 * does not matter who has kept this for an hour. */
	reply_header(&x->reply, STR("Content-Type"),
		     STR("application/jwk-set+json"));
	reply_header(&x->reply, STR("Cache-Control"),
		     is_complete(load)
			     ? STR("public, max-age=3600, stale-if-error=86400")
			     : STR("no-store"));
	json_object(body, STR_NONE);
	json_array(body, STR("keys"));
	for (size_t i = 0; i < db_rows(load); i++) {
		if (i > 0)
			buf_char(body, ',');
		buf_add(body, db_text(load, i, 0));
	}
	json_array_end(body);
	json_object_end(body);
}
