/* revocation.c - the revocation endpoint (RFC 7009). */
#include "endpoint/endpoint.h"
#include "endpoint/token_row.h"
#include "oauth/access_jwt.h"

/* It has no row to be marked: its jti is remembered until it expires. */
static enum oauth_error revoke_jwt(struct exchange *x,
				   const struct token_query *q)
{
	struct introspected t = { .state = STR_NONE };
	struct db_work w = { .count = 0 };
	struct hash jti;
	bool ours = false;
	enum oauth_error e = access_jwt_check(x, q->token, &ours, &t);

	if (e || !ours)
		return e;
	if (!str_eq(t.client_id, q->client.client_id)) {
		oauth_reason(x, STR("another client's token"));
		return OAUTH_OK;
	}
	jti = hash_sha256(t.jti);
	access_jwt_revoke_ask(&w, x->arena, &jti, t.exp);
	return oauth_db(x, DB_WRITE, &w);
}

static enum oauth_error serve(struct exchange *x)
{
	struct db_work w = { .count = 0 };
	struct db_call *revoked;
	struct token_query q;
	enum oauth_error e = token_query_read(x, &q, NULL);

	if (e)
		return e;
	if (!q.well_formed && access_jwt_is(q.token))
		return revoke_jwt(x, &q);
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
