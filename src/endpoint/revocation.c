/* revocation.c - the revocation endpoint (RFC 7009). */
#include "endpoint/endpoint.h"
#include "endpoint/token_row.h"

static enum oauth_error serve(struct exchange *x)
{
	struct db_work w = { .count = 0 };
	struct db_call *revoked;
	struct token_query q;
	enum oauth_error e = token_query_read(x, &q, NULL);

	if (e)
		return e;
	/* RFC 7009 section 2.2: "invalid tokens do not cause an error
	 * response", nor do another client's: who holds one learns nothing. */
	if (!q.well_formed) {
		oauth_reason(x, STR("not a token of this server"));
		return OAUTH_OK;
	}
	revoked = revoke_ask(&w, x->arena,
			     q.kind == CREDENTIAL_ACCESS_TOKEN
				     ? QUERY_ACCESS_REVOKE
				     : QUERY_REFRESH_REVOKE,
			     &q.key, q.client.client_id);
	e = oauth_db(x, DB_WRITE, &w);
	if (!e && db_rows(revoked) == 0)
		oauth_reason(x, STR("no live token of this client"));
	return e;
}

void revocation_endpoint(struct exchange *x)
{
	if (serve(x)) {
		oauth_reply_json(x);
		return;
	}
	/* An empty answer without a type breaks two widespread JavaScript
	 * clients. */
	reply_json(&x->reply, 200);
	buf_add(&x->reply.body, STR("{}"));
}
