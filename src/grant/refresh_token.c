/*
 * refresh_token.c - the refresh token grant (RFC 6749 section 6).
 *
 * Public clients rotate (RFC 9700 section 2.2.2).  The successor is derived
 * from the old token and a salt that whoever is first leaves in its row, so a
 * client that lost the answer asks again and gets the same one; after the retry
 * window a second use revokes the authorization.
 */
#include <string.h>

#include "crypto/random.h"
#include "grant/grant.h"
#include "grant/issue.h"
#include "oauth/params.h"
#include "oauth/scope.h"

struct refresh_request {
	struct str refresh_token, scope;

	bool well_formed;
	struct credential old;
	struct row_key key;
	const struct db_call *load;
};

static const struct param refresh_params[] = {
	PARAM(struct refresh_request, refresh_token, PARAM_REQUIRED),
	PARAM(struct refresh_request, scope, PARAM_OPTIONAL),
	PARAM_END
};

static void derive(const struct exchange *x, const struct credential *old,
		   struct token_issue *t)
{
	const struct str salt = { (const char *)t->salt, sizeof(t->salt) };

	t->refresh_token = credential_successor(x->key, old, salt);
	t->refresh_hash = credential_hash(&t->refresh_token);
}

/* A successor, for whoever is first. */
static void succeed(const struct exchange *x, const struct credential *old,
		    struct token_issue *t)
{
	t->with_refresh_token = true;
	random_bytes(t->salt, sizeof(t->salt));
	derive(x, old, t);
}

/* The one there is, by the salt that is in the old token's row now. */
static void agree(const struct exchange *x, const struct credential *old,
		  const unsigned char salt[REFRESH_SALT_LEN],
		  struct token_issue *t)
{
	if (!t->with_refresh_token || !memcmp(salt, t->salt, sizeof(t->salt)))
		return;
	memcpy(t->salt, salt, sizeof(t->salt));
	derive(x, old, t);
}

/* False: not a request that one statement can serve. */
static bool read_at_once(struct exchange *x, const struct client_credentials *c,
			 const struct form *form, struct refresh_at_once *in,
			 struct credential *old)
{
	struct str asked = form_get(form, STR("scope"));

	*in = (struct refresh_at_once){
		.client_id = c->client_id,
		.verifier = secret_fast_verifier(x->arena, c->client_secret),
		.method = c->method,
		/* The words once each; what may be asked for, the statement
		 * knows. */
		.scope = scope_narrow(x->arena, asked, asked),
	};
	if (asked.len == 0)
		in->scope = STR_NONE;
	else if (!in->scope.ptr)
		return false;
	if (!in->verifier.ptr && !str_eq(c->method, STR("none")))
		return false;
	if (!credential_parse(form_get(form, STR("refresh_token")),
			      CREDENTIAL_REFRESH_TOKEN, &in->key.slot, old))
		return false;
	in->key.hash = credential_hash(old);
	return in->key.slot < REFRESH_SLOTS;
}

/*
 * One statement, where the client is public and rotates, or has a secret of
 * ours and keeps its token.  Its conditions are those of client_auth_verify()
 * and refresh_token_run().
 */
enum oauth_error refresh_token_at_once(struct exchange *x,
				       const struct client_credentials *c,
				       const struct form *form, bool noted,
				       bool *done)
{
	struct token_issue t = { .access_token = credential_new() };
	struct db_work w = { .count = 0 };
	unsigned char salt[REFRESH_SALT_LEN];
	const struct db_call *issue;
	struct refresh_at_once in;
	struct token_slots slots;
	struct credential old;
	struct str scope;
	enum oauth_error e;

	if (noted || !read_at_once(x, c, form, &in, &old))
		return OAUTH_OK;
	t.access_hash = credential_hash(&t.access_token);
	if (!in.verifier.ptr)
		succeed(x, &old, &t);
	issue = refresh_at_once_ask(&w, x->arena, &in, &t);
	e = oauth_db(x, DB_WRITE, &w);
	if (e)
		return e;
	*done = refresh_at_once_read(issue, &slots, salt, &scope,
				     &t.access_token_lifetime);
	if (!*done)
		return OAUTH_OK;
	agree(x, &old, salt, &t);
	issue_reply_opaque(x, &t, &slots, scope,
			   form_get(form, STR("refresh_token")));
	return OAUTH_OK;
}

enum oauth_error refresh_token_prepare(struct grant_request *g)
{
	struct exchange *x = g->x;
	struct refresh_request *in = arena_alloc(x->arena, sizeof(*in));
	enum oauth_error e = params_bind(x, g->form, refresh_params, in);

	if (e)
		return e;
	g->in = in;
	in->well_formed = credential_parse(in->refresh_token,
					   CREDENTIAL_REFRESH_TOKEN,
					   &in->key.slot, &in->old);
	if (in->well_formed) {
		in->key.hash = credential_hash(&in->old);
		in->load = refresh_load_ask(&g->first, x->arena, &in->key,
					    in->scope);
	}
	return OAUTH_OK;
}

static enum oauth_error refuse(struct exchange *x, struct str reason)
{
	oauth_reason(x, reason);
	return oauth_fail(x, OAUTH_INVALID_GRANT,
			  "the refresh token is not valid, or no longer");
}

static enum oauth_error refuse_reuse(struct grant_request *g,
				     const struct refresh_request *in)
{
	struct db_work w = { .count = 0 };
	enum oauth_error e;

	refresh_reuse_ask(&w, g->x->arena, &in->key, g->client.client_id);
	e = oauth_db(g->x, DB_WRITE, &w);
	return e ? e : refuse(g->x, STR("the refresh token was used before"));
}

static enum oauth_error check_token(struct grant_request *g,
				    const struct refresh_request *in,
				    struct refresh_token *out)
{
	if (!in->well_formed)
		return refuse(g->x, STR("not a refresh token of this server"));
	if (!refresh_load_read(in->load, out))
		return refuse(g->x, STR("no such refresh token"));
	if (!str_eq(out->client_id, g->client.client_id))
		return refuse(g->x, STR("the refresh token is another "
					"client's"));
	if (str_eq(out->state, STR("used")))
		return refuse_reuse(g, in);
	if (!str_eq(out->state, STR("live")) &&
	    !str_eq(out->state, STR("rotated")))
		return refuse(g->x, out->state);
	return OAUTH_OK;
}

/*
 * RFC 6749 section 6: the scope "MUST NOT include any scope not originally
 * granted", and is that where it is left out; never more than the client may
 * ask for today.  Where that is nothing any more there is nothing to give: an
 * answer without a scope would say that it is all there (section 5.1).
 */
static enum oauth_error choose_scope(struct grant_request *g,
				     const struct refresh_request *in,
				     const struct refresh_token *token,
				     struct str *out)
{
	struct str granted = scope_common(g->x->arena, token->scope,
					  g->client.scope);

	if (granted.len == 0 && token->scope.len > 0)
		return oauth_fail(g->x, OAUTH_INVALID_SCOPE,
				  "the client may no longer ask for any of "
				  "what was granted");
	*out = in->scope.ptr ? scope_narrow(g->x->arena, in->scope, granted)
			     : granted;
	if (!out->ptr)
		return oauth_fail(g->x, OAUTH_INVALID_SCOPE,
				  "the scope goes beyond what was granted");
	return OAUTH_OK;
}

/* The statement, and what it will have issued. */
static struct db_call *ask(struct grant_request *g, struct db_work *w,
			   const struct refresh_request *in,
			   const struct refresh_token *token,
			   struct str scope, struct token_issue *t)
{
	struct exchange *x = g->x;
	const bool rotate = g->client.rotate_refresh_tokens ||
			    str_eq(token->state, STR("rotated"));

	issue_new(t, &g->client, false);
	if (!rotate)
		return refresh_use_ask(w, x->arena, &in->key,
				       g->client.client_id, scope, t);
	succeed(x, &in->old, t);
	return refresh_rotate_ask(w, x->arena, &in->key, g->client.client_id,
				  scope, t);
}

/* False where nothing was issued; else what it came to, in *t, too. */
static bool read_issued(struct grant_request *g, const struct db_call *issue,
			struct token_issue *t, struct token_slots *slots)
{
	const struct refresh_request *in = g->in;
	unsigned char salt[REFRESH_SALT_LEN];

	if (!t->with_refresh_token)
		return issued_read(issue, slots);
	if (!refresh_rotate_read(issue, slots, salt, &g->in_passing))
		return false;
	agree(g->x, &in->old, salt, t);
	return true;
}

enum oauth_error refresh_token_run(struct grant_request *g)
{
	struct exchange *x = g->x;
	const struct refresh_request *in = g->in;
	struct db_work w = { .count = 0 };
	const struct db_call *issue;
	struct refresh_token token = { .state = STR_NONE };
	struct token_issue t;
	struct issued out = { .tokens = &t, .kept = in->refresh_token };
	struct str scope = STR_NONE;
	enum oauth_error e = check_token(g, in, &token);

	if (!e)
		e = choose_scope(g, in, &token, &scope);
	if (!e)
		e = issue_prepare(g, scope, &token.subject);
	if (e)
		return e;
	issue = ask(g, &w, in, &token, scope, &t);
	e = oauth_db(x, DB_WRITE, &w);
	if (e)
		return e;
	/* Revoked, or its window closed, between the two statements. */
	if (!read_issued(g, issue, &t, &out.slots))
		return refuse(x, STR("the refresh token ended meanwhile"));
	out.scope = scope;
	out.subject = &token.subject;
	issue_reply(g, &out);
	return OAUTH_OK;
}
