/* issue.c - new tokens, and the answer that hands them out. */
#include "grant/issue.h"

#include "base/json.h"
#include "oauth/access_jwt.h"
#include "oauth/id_token.h"
#include "oauth/scope.h"
#include "store/scope.h"

void issue_new(struct token_issue *t, const struct client *c,
	       bool with_refresh_token)
{
	*t = (struct token_issue){
		.with_refresh_token = with_refresh_token,
		.access_token_lifetime = c->access_token_lifetime,
		.refresh_token_lifetime = c->refresh_token_lifetime,
		.no_access_row = c->jwt_access_token,
	};
	if (!t->no_access_row) {
		t->access_token = credential_new();
		t->access_hash = credential_hash(&t->access_token);
	}
	if (with_refresh_token) {
		t->refresh_token = credential_new();
		t->refresh_hash = credential_hash(&t->refresh_token);
	}
}

enum oauth_error issue_scope(struct grant_request *g, struct str asked,
			     const struct db_call *defaults, struct str *out)
{
	struct arena *a = g->x->arena;
	struct str allowed = g->client.scope;
	struct str scope = defaults ? scope_load_defaults(defaults, a, allowed)
				    : scope_narrow(a, asked, allowed);

	if (!scope.ptr)
		return oauth_fail(g->x, OAUTH_INVALID_SCOPE,
				  "the client may not ask for that scope");
	*out = scope;
	return OAUTH_OK;
}

enum oauth_error issue_prepare(struct grant_request *g, struct str scope,
			       const struct subject *subject)
{
	const struct client *c = &g->client;
	enum oauth_error e = OAUTH_OK;

	g->with_id_token = subject && str_list_has(scope, STR("openid"));
	if (g->with_id_token)
		e = signer_open(g->x, &subject->key, c->client_id,
				STR("id_token"), &g->id_token_signer);
	if (!e && c->jwt_access_token)
		e = signer_open(g->x, &c->access_token_key, c->client_id,
				STR("access_token"), &g->access_token_signer);
	return e;
}

struct answer {
	struct str access_token, refresh_token, id_token, scope;
	long long expires_in;
};

static void reply(struct exchange *x, const struct answer *in)
{
	struct buf *body = &x->reply.body;

	reply_json(&x->reply, 200);
	json_object(body, STR_NONE);
	json_string(body, STR("access_token"), in->access_token);
	json_string(body, STR("token_type"), STR("Bearer"));
	json_number(body, STR("expires_in"), in->expires_in);
	json_string(body, STR("refresh_token"), in->refresh_token);
	if (in->scope.len > 0)
		json_string(body, STR("scope"), in->scope);
	json_string(body, STR("id_token"), in->id_token);
	json_object_end(body);
}

static struct str access_token_text(struct grant_request *g,
				    const struct issued *in)
{
	const struct access_jwt jwt = {
		.client = &g->client,
		.subject = in->subject,
		.authorization_id = in->slots.authorization_id,
		.scope = in->scope,
		.lifetime = in->tokens->access_token_lifetime,
	};

	if (g->client.jwt_access_token)
		return access_jwt_make(g->x, &g->access_token_signer, &jwt);
	return credential_text(g->x->arena, CREDENTIAL_ACCESS_TOKEN,
			       in->slots.access, &in->tokens->access_token);
}

void issue_reply(struct grant_request *g, const struct issued *in)
{
	struct exchange *x = g->x;
	struct answer out = {
		.access_token = access_token_text(g, in),
		.refresh_token = in->kept,
		.scope = in->scope,
		.expires_in = in->tokens->access_token_lifetime,
	};
	const struct id_token id_token = {
		.client = &g->client,
		.subject = in->subject,
		.access_token = out.access_token,
	};

	if (in->tokens->with_refresh_token)
		out.refresh_token = credential_text(
			x->arena, CREDENTIAL_REFRESH_TOKEN, in->slots.refresh,
			&in->tokens->refresh_token);
	if (g->with_id_token)
		out.id_token = id_token_make(x, &g->id_token_signer,
					     &id_token);
	reply(x, &out);
}

void issue_reply_opaque(struct exchange *x, const struct token_issue *t,
			const struct token_slots *slots, struct str scope,
			struct str kept)
{
	struct answer out = {
		.access_token = credential_text(x->arena,
						CREDENTIAL_ACCESS_TOKEN,
						slots->access,
						&t->access_token),
		.refresh_token = kept,
		.scope = scope,
		.expires_in = t->access_token_lifetime,
	};

	if (t->with_refresh_token)
		out.refresh_token = credential_text(
			x->arena, CREDENTIAL_REFRESH_TOKEN, slots->refresh,
			&t->refresh_token);
	reply(x, &out);
}
