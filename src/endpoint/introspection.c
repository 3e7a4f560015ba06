/* introspection.c - the introspection endpoint (RFC 7662). */
#include "base/json.h"
#include "endpoint/endpoint.h"
#include "endpoint/token_row.h"
#include "oauth/access_jwt.h"

static void ask(struct token_query *q, struct arena *a)
{
	q->found = q->kind == CREDENTIAL_ACCESS_TOKEN
			   ? access_introspect_ask(&q->first, a, &q->key)
			   : refresh_introspect_ask(&q->first, a, &q->key);
}

/*
 * Its own client, or a resource server that it is for; anybody else is told
 * what is said of a token that does not exist (RFC 7662 section 4).  A refresh
 * token is for nobody but its client.
 */
static bool may_see(const struct token_query *q, const struct introspected *t)
{
	if (str_eq(q->client.client_id, t->client_id) ||
	    str_eq(q->client.client_id, t->aud))
		return true;
	return q->kind == CREDENTIAL_ACCESS_TOKEN &&
	       str_list_has(t->audience, q->client.client_id);
}

/* What there is to say of the token; false: nothing. */
static enum oauth_error find(struct exchange *x, const struct token_query *q,
			     bool *found, struct introspected *t)
{
	enum oauth_error e = OAUTH_OK;

	if (!q->found && access_jwt_is(q->token))
		return access_jwt_check(x, q->token, found, t);
	*found = q->found && introspect_read(q->found, t);
	if (!*found)
		oauth_reason(x, STR("no such token"));
	return e;
}

static bool is_active(struct exchange *x, const struct token_query *q,
		      const struct introspected *t)
{
	if (!may_see(q, t)) {
		oauth_reason(x, STR("the token is not for this client"));
		return false;
	}
	if (str_eq(t->state, STR("live")))
		return true;
	oauth_reason(x, t->state);
	return false;
}

/* RFC 7662 section 2.2. */
static void add_active(struct buf *b, const struct token_query *q,
		       const struct introspected *t)
{
	json_bool(b, STR("active"), true);
	if (t->scope.len > 0)
		json_string(b, STR("scope"), t->scope);
	json_string(b, STR("client_id"), t->client_id);
	json_string(b, STR("username"), t->username);
	if (q->kind == CREDENTIAL_ACCESS_TOKEN)
		json_string(b, STR("token_type"), STR("Bearer"));
	json_number(b, STR("exp"), t->exp);
	json_number(b, STR("iat"), t->iat);
	json_string(b, STR("sub"), t->sub.ptr ? t->sub : t->client_id);
	if (t->aud.ptr)
		json_string(b, STR("aud"), t->aud);
	else if (t->audience.len > 0)
		json_words(b, STR("aud"), t->audience);
	json_string(b, STR("iss"), t->issuer);
	json_string(b, STR("jti"), t->jti);
}

/* The members of the answer, as an object; t NULL: not active. */
static void add_answer(struct buf *b, struct str name,
		       const struct token_query *q,
		       const struct introspected *t)
{
	json_object(b, name);
	if (t)
		add_active(b, q, t);
	else
		json_bool(b, STR("active"), false);
	json_object_end(b);
}

#define SIGNED_TYPE "application/token-introspection+jwt"

/* RFC 9701 section 4: who wants it signed says so. */
static bool wants_it_signed(const struct exchange *x)
{
	struct str accept = x->request->accept;

	while (accept.ptr) {
		struct str range = str_cut(&accept, ',');

		range = str_cut(&range, ';');
		while (str_starts(range, STR(" ")))
			range = str_skip(range, 1);
		while (str_ends(range, STR(" ")))
			range.len--;
		if (str_eq_nocase(range, STR(SIGNED_TYPE)))
			return true;
	}
	return false;
}

/* RFC 9701 section 5. */
static enum oauth_error reply_signed(struct exchange *x,
				     const struct token_query *q,
				     const struct introspected *t)
{
	const struct client *c = &q->client;
	struct db_work w = { .count = 0 };
	const struct db_call *load = signing_key_ask(
		&w, x->arena, c->client_id, STR("introspection"));
	struct sealed_key key;
	struct signer signer;
	struct buf b;
	enum oauth_error e = oauth_db(x, DB_READ, &w);

	if (e)
		return e;
	key = sealed_key_read(load, 0);
	e = signer_open(x, &key, c->client_id, STR("introspection"), &signer);
	if (e)
		return e;
	buf_init(&b, x->arena);
	json_object(&b, STR_NONE);
	json_string(&b, STR("iss"), c->issuer);
	json_string(&b, STR("aud"), c->client_id);
	json_number(&b, STR("iat"), c->now);
	add_answer(&b, STR("token_introspection"), q, t);
	json_object_end(&b);
	reply_json(&x->reply, 200);
	reply_header(&x->reply, STR("Content-Type"), STR(SIGNED_TYPE));
	buf_add(&x->reply.body,
		signer_sign(x, &signer, STR("token-introspection+jwt"),
			    buf_str(&b)));
	return OAUTH_OK;
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

static enum oauth_error serve(struct exchange *x)
{
	struct introspected t = { .state = STR_NONE };
	const struct introspected *seen;
	struct token_query q;
	bool found = false;
	enum oauth_error e = read_query(x, &q);

	if (!e)
		e = find(x, &q, &found, &t);
	if (e)
		return e;
	seen = found && is_active(x, &q, &t) ? &t : NULL;
	if (wants_it_signed(x))
		return reply_signed(x, &q, seen);
	reply_json(&x->reply, 200);
	add_answer(&x->reply.body, STR_NONE, &q, seen);
	return OAUTH_OK;
}

void introspection_endpoint(struct exchange *x)
{
	if (serve(x))
		oauth_reply_json(x);
}
