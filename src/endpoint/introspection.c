/* introspection.c - the introspection endpoint (RFC 7662). */
#include "base/json.h"
#include "endpoint/endpoint.h"
#include "endpoint/token_row.h"

static void ask(struct token_query *q, struct arena *a)
{
	q->found = introspect_ask(&q->first, a,
				  q->kind == CREDENTIAL_ACCESS_TOKEN
					  ? QUERY_ACCESS_INTROSPECT
					  : QUERY_REFRESH_INTROSPECT,
				  &q->key);
}

/*
 * Its own client, or a resource server that it is for; anybody else is told
 * what is said of a token that does not exist (RFC 7662 section 4).  A refresh
 * token is for nobody but its client.
 */
static bool may_see(const struct token_query *q, const struct introspected *t)
{
	if (str_eq(q->client.client_id, t->client_id))
		return true;
	return q->kind == CREDENTIAL_ACCESS_TOKEN &&
	       str_list_has(t->audience, q->client.client_id);
}

static bool is_active(struct exchange *x, const struct token_query *q,
		      struct introspected *t)
{
	if (!q->found || !introspect_read(q->found, t)) {
		oauth_reason(x, STR("no such token"));
		return false;
	}
	if (!may_see(q, t)) {
		oauth_reason(x, STR("the token is not for this client"));
		return false;
	}
	if (str_eq(t->state, STR("live")))
		return true;
	oauth_reason(x, t->state);
	return false;
}

static void reply_active(struct exchange *x, const struct token_query *q,
			 const struct introspected *t)
{
	struct buf *body = &x->reply.body;

	json_object(body, STR_NONE);
	json_bool(body, STR("active"), true);
	if (t->scope.len > 0)
		json_string(body, STR("scope"), t->scope);
	json_string(body, STR("client_id"), t->client_id);
	json_string(body, STR("username"), t->username);
	if (q->kind == CREDENTIAL_ACCESS_TOKEN)
		json_string(body, STR("token_type"), STR("Bearer"));
	json_number(body, STR("exp"), t->exp);
	json_number(body, STR("iat"), t->iat);
	json_string(body, STR("sub"), t->sub.ptr ? t->sub : t->client_id);
	if (t->audience.len > 0)
		json_words(body, STR("aud"), t->audience);
	json_object_end(body);
}

static void reply_inactive(struct exchange *x)
{
	struct buf *body = &x->reply.body;

	json_object(body, STR_NONE);
	json_bool(body, STR("active"), false);
	json_object_end(body);
}

static enum oauth_error read_query(struct exchange *x, struct token_query *q)
{
	enum oauth_error e = token_query_read(x, q, ask);

	/* RFC 7662 section 2.1: whoever asks has to be authenticated, or
	 * tokens could be guessed here. */
	if (!e && client_is_public(&q->client)) {
		oauth_reason(x, STR("a public client asks"));
		return oauth_fail(x, OAUTH_INVALID_CLIENT,
				  "client authentication failed");
	}
	return e;
}

void introspection_endpoint(struct exchange *x)
{
	struct token_query q;
	struct introspected t;

	if (read_query(x, &q)) {
		oauth_reply_json(x);
		return;
	}
	reply_json(&x->reply, 200);
	if (is_active(x, &q, &t))
		reply_active(x, &q, &t);
	else
		reply_inactive(x);
}
