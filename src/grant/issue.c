/* issue.c - new tokens, and the answer that hands them out. */
#include "grant/issue.h"

#include "base/json.h"
#include "crypto/random.h"
#include "oauth/scope.h"
#include "store/scope.h"

void issue_new(struct token_issue *t, const struct client *c,
	       bool with_refresh_token)
{
	*t = (struct token_issue){
		.access_token = credential_new(),
		.with_refresh_token = with_refresh_token,
		.access_token_lifetime = c->access_token_lifetime,
		.refresh_token_lifetime = c->refresh_token_lifetime,
	};
	t->access_hash = credential_hash(&t->access_token);
	if (!with_refresh_token)
		return;
	t->refresh_token = credential_new();
	t->refresh_hash = credential_hash(&t->refresh_token);
	random_bytes(t->salt, sizeof(t->salt));
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

void issue_reply(struct exchange *x, const struct token_issue *t,
		 const struct token_slots *slots, struct str scope,
		 struct str kept)
{
	struct buf *body = &x->reply.body;
	struct str refresh = kept;

	if (t->with_refresh_token)
		refresh = credential_text(x->arena, CREDENTIAL_REFRESH_TOKEN,
					  slots->refresh, &t->refresh_token);
	reply_json(&x->reply, 200);
	json_object(body, STR_NONE);
	json_string(body, STR("access_token"),
		    credential_text(x->arena, CREDENTIAL_ACCESS_TOKEN,
				    slots->access, &t->access_token));
	json_string(body, STR("token_type"), STR("Bearer"));
	json_number(body, STR("expires_in"), t->access_token_lifetime);
	json_string(body, STR("refresh_token"), refresh);
	if (scope.len > 0)
		json_string(body, STR("scope"), scope);
	json_object_end(body);
}
