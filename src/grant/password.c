/*
 * password.c - the resource owner password credentials grant (RFC 6749 section
 * 4.3).
 *
 * RFC 9700 section 2.4 says that it MUST NOT be used.  It is here for those who
 * move from a server that had it: off for every client until its grant_types
 * say otherwise, and off for all until sql/manage/allow_password_grant.sql has
 * let this program read password hashes.
 */
#include "grant/grant.h"
#include "grant/issue.h"
#include "oauth/params.h"
#include "oauth/scope.h"
#include "oauth/sign_in.h"
#include "store/scope.h"

struct password_request {
	struct str username, password, scope;

	const struct db_call *defaults;	/* where no scope was asked for */
};

static const struct param password_params[] = {
	PARAM(struct password_request, username, PARAM_REQUIRED),
	PARAM(struct password_request, password, PARAM_REQUIRED),
	PARAM(struct password_request, scope, PARAM_OPTIONAL),
	PARAM_END
};

enum oauth_error password_prepare(struct grant_request *g)
{
	struct exchange *x = g->x;
	struct password_request *in = arena_alloc(x->arena, sizeof(*in));
	enum oauth_error e = params_bind(x, g->form, password_params, in);

	if (e)
		return e;
	g->in = in;
	if (!in->scope.ptr)
		in->defaults = scope_load_ask(&g->first, x->arena, STR(""));
	return OAUTH_OK;
}

static enum oauth_error verify(struct exchange *x,
			       const struct password_request *in,
			       struct attempt *attempt, struct candidate *who)
{
	switch (sign_in_try(x, in->username, (struct secret){ in->password },
			    attempt, who)) {
	case SIGN_IN_OK:
		return OAUTH_OK;
	case SIGN_IN_WRONG:
		return oauth_fail(x, OAUTH_INVALID_GRANT,
				  "the username or the password is wrong");
	case SIGN_IN_THROTTLED:
		return oauth_fail(x, OAUTH_INVALID_GRANT,
				  "too many attempts, try again later");
	case SIGN_IN_NOT_ALLOWED:
		oauth_reason(x, STR("sql/manage/allow_password_grant.sql "
				    "was not run"));
		return oauth_fail(x, OAUTH_UNSUPPORTED_GRANT_TYPE,
				  "this server does not offer the grant");
	case SIGN_IN_FAILED:
		break;
	}
	return x->error;
}

/* Whom the tokens are about, as this client is to know them. */
static enum oauth_error load_subject(struct grant_request *g,
				     const struct candidate *who,
				     struct str scope, struct subject *out)
{
	struct exchange *x = g->x;
	struct db_work w = { .count = 0 };
	const struct db_call *call = subject_load_ask(
		&w, x->arena, g->client.client_id, who->user_id, scope);
	enum oauth_error e = oauth_db(x, DB_READ, &w);

	if (e)
		return e;
	*out = subject_load_read(call);
	/* Argon2id takes its time, and nothing is issued before they have
	 * proved who they are. */
	if (g->client.now < out->auth_time)
		g->client.now = out->auth_time;
	return OAUTH_OK;
}

enum oauth_error password_run(struct grant_request *g)
{
	struct exchange *x = g->x;
	const struct password_request *in = g->in;
	struct db_work w = { .count = 0 };
	struct db_call *issue;
	struct token_issue t;
	struct issued out = { .tokens = &t };
	struct subject subject = { .sub = STR_NONE };
	struct attempt attempt;
	struct candidate who;
	struct str scope = STR_NONE;
	enum oauth_error e;

	e = issue_scope(g, in->scope, in->defaults, &scope);
	if (!e)
		e = verify(x, in, &attempt, &who);
	if (e)
		return e;
	x->user = who.sub;
	e = load_subject(g, &who, scope, &subject);
	if (!e)
		e = issue_prepare(g, scope, &subject);
	if (e)
		return e;
	issue_new(&t, &g->client,
		  str_list_has(g->client.grant_types, STR("refresh_token")));
	issue = user_token_ask(&w, x->arena, g->client.client_id, &who, scope,
			       &t, &subject);
	sign_in_forgive_ask(&w, x->arena, &attempt);
	e = oauth_db(x, DB_WRITE, &w);
	if (e)
		return e;
	if (!issued_read(issue, &out.slots))
		return oauth_fail(x, OAUTH_INVALID_GRANT,
				  "the username or the password is wrong");
	out.scope = scope;
	out.subject = &subject;
	issue_reply(g, &out);
	return OAUTH_OK;
}
