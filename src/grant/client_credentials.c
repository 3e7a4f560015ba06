/* client_credentials.c - client credentials (RFC 6749 section 4.4). */
#include "grant/grant.h"
#include "grant/issue.h"
#include "oauth/params.h"
#include "oauth/scope.h"
#include "store/scope.h"

struct client_credentials_request {
	struct str scope;

	const struct db_call *defaults;	/* where none was asked for */
};

static const struct param client_credentials_params[] = {
	PARAM(struct client_credentials_request, scope, PARAM_OPTIONAL),
	PARAM_END
};

/* A token that has a row. */
static enum oauth_error opaque_at_once(struct exchange *x,
				       const struct client_token_at_once *in,
				       bool *done)
{
	struct token_issue t = { .access_token = credential_new() };
	struct db_work w = { .count = 0 };
	struct db_call *issue;
	struct token_slots slots;
	struct str scope;
	enum oauth_error e;

	t.access_hash = credential_hash(&t.access_token);
	issue = client_token_at_once_ask(&w, x->arena, in, &t.access_hash);
	e = oauth_db(x, DB_WRITE, &w);
	if (e)
		return e;
	*done = client_token_at_once_read(issue, &slots, &scope,
					  &t.access_token_lifetime);
	if (*done)
		issue_reply_opaque(x, &t, &slots, scope, STR_NONE);
	return OAUTH_OK;
}

/* One that carries itself (RFC 9068): nothing is stored. */
static enum oauth_error jwt_at_once(struct exchange *x,
				    const struct client_token_at_once *in,
				    bool *done)
{
	struct grant_request g = { .x = x };
	struct db_work w = { .count = 0 };
	struct db_call *load = client_jwt_at_once_ask(&w, x->arena, in);
	struct token_issue t;
	struct issued out = { .tokens = &t };
	enum oauth_error e = oauth_db(x, DB_READ, &w);

	if (e || !client_jwt_at_once_read(load, in, &g.client))
		return e;
	*done = true;
	out.scope = g.client.scope;
	issue_new(&t, &g.client, false);
	e = issue_prepare(&g, out.scope, NULL);
	if (!e)
		issue_reply(&g, &out);
	return e;
}

/*
 * One statement where the secret is one that we made.  Its conditions are those
 * of client_auth_verify() and client_credentials_run(); a request that it does
 * not serve comes to these.  Which statement it is depends on what the client's
 * tokens are: whom the first one does not serve is tried with the other.
 */
enum oauth_error client_credentials_at_once(struct exchange *x,
					    const struct client_credentials *c,
					    const struct form *form,
					    bool noted, bool *done)
{
	struct str asked = form_get(form, STR("scope"));
	struct client_token_at_once in = {
		.client_id = c->client_id,
		.verifier = secret_fast_verifier(x->arena, c->client_secret),
		.method = c->method,
		/* The words once each; what may be asked for, the statement
		 * knows. */
		.scope = scope_narrow(x->arena, asked, asked),
	};

	if (!in.verifier.ptr || (asked.len > 0 && !in.scope.ptr))
		return OAUTH_OK;
	if (asked.len == 0)
		in.scope = STR_NONE;
	return noted ? jwt_at_once(x, &in, done) : opaque_at_once(x, &in, done);
}

enum oauth_error client_credentials_prepare(struct grant_request *g)
{
	struct exchange *x = g->x;
	struct client_credentials_request *in;
	enum oauth_error e;

	in = arena_alloc(x->arena, sizeof(*in));
	e = params_bind(x, g->form, client_credentials_params, in);
	g->in = in;
	if (!in->scope.ptr)
		in->defaults = scope_load_ask(&g->first, x->arena, STR(""));
	return e;
}

static enum oauth_error store(struct grant_request *g, struct str scope,
			      const struct token_issue *t,
			      struct token_slots *slots)
{
	struct exchange *x = g->x;
	struct db_work w = { .count = 0 };
	const struct db_call *issue = client_token_ask(
		&w, x->arena, g->client.client_id, scope, t);
	enum oauth_error e = oauth_db(x, DB_WRITE, &w);

	if (!e && !issued_read(issue, slots))
		e = oauth_fail(x, OAUTH_SERVER_ERROR, "nothing was issued");
	return e;
}

enum oauth_error client_credentials_run(struct grant_request *g)
{
	struct exchange *x = g->x;
	const struct client_credentials_request *in = g->in;
	struct token_issue t;
	struct issued out = { .tokens = &t };
	struct str scope;
	enum oauth_error e;

	/* RFC 6749 section 4.4: "MUST only be used by confidential clients". */
	if (client_is_public(&g->client))
		return oauth_fail(x, OAUTH_UNAUTHORIZED_CLIENT,
				  "a public client has no credentials");
	/* With a secret of ours nothing but JWTs comes here for good. */
	g->in_passing = !g->client.jwt_access_token &&
			str_starts(g->client.client_secret_verifier,
				   STR("sha256:"));
	e = issue_scope(g, in->scope, in->defaults, &scope);
	if (e)
		return e;
	/* RFC 6749 section 4.4.3: "A refresh token SHOULD NOT be included." */
	issue_new(&t, &g->client, false);
	e = issue_prepare(g, scope, NULL);
	if (!e && !t.no_access_row)
		e = store(g, scope, &t, &out.slots);
	if (e)
		return e;
	out.scope = scope;
	issue_reply(g, &out);
	return OAUTH_OK;
}
