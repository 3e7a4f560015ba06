/*
 * authorization_code.c - the authorization code grant (RFC 6749 section 4.1.3).
 *
 * Where it is usual, one statement judges all, spends the code and stores the
 * tokens.  Else what the code was issued for is read first and judged here; the
 * code is then spent by a statement that, too, lets one request win.
 */
#include "grant/grant.h"
#include "grant/issue.h"
#include "oauth/params.h"
#include "oauth/pkce.h"
#include "store/code.h"

struct code_request {
	struct str code, redirect_uri, code_verifier;

	bool well_formed;
	struct row_key key;
	const struct db_call *load;
};

static const struct param code_params[] = {
	PARAM(struct code_request, code, PARAM_REQUIRED),
	PARAM(struct code_request, redirect_uri, PARAM_OPTIONAL),
	PARAM(struct code_request, code_verifier, PARAM_OPTIONAL),
	PARAM_END
};

static struct str present(struct str value)
{
	return value.len > 0 ? value : STR_NONE;
}

/* False: not a request that one statement can serve. */
static bool read_at_once(struct exchange *x, const struct client_credentials *c,
			 const struct form *form, struct code_at_once *in)
{
	struct str verifier = form_get(form, STR("code_verifier"));
	struct credential code;

	*in = (struct code_at_once){
		.client_id = c->client_id,
		.method = c->method,
		.verifier = secret_fast_verifier(x->arena, c->client_secret),
		.redirect_uri = present(form_get(form, STR("redirect_uri"))),
		.code_challenge = pkce_challenge(x->arena, verifier),
	};
	if (verifier.len > 0 && !in->code_challenge.ptr)
		return false;
	if (!in->verifier.ptr && !str_eq(c->method, STR("none")))
		return false;
	if (!credential_parse(form_get(form, STR("code")), CREDENTIAL_CODE,
			      &in->key.slot, &code))
		return false;
	in->key.hash = credential_hash(&code);
	return in->key.slot < CODE_SLOTS;
}

/* The conditions of the statement are those of client_auth_verify() and
 * authorization_code_run(). */
enum oauth_error authorization_code_at_once(struct exchange *x,
					    const struct client_credentials *c,
					    const struct form *form,
					    bool noted, bool *done)
{
	struct token_issue t = {
		.access_token = credential_new(),
		.refresh_token = credential_new(),
	};
	struct db_work w = { .count = 0 };
	const struct db_call *redeem;
	struct token_slots slots;
	struct code_at_once in;
	struct str scope;
	enum oauth_error e;

	if (noted || !read_at_once(x, c, form, &in))
		return OAUTH_OK;
	t.access_hash = credential_hash(&t.access_token);
	t.refresh_hash = credential_hash(&t.refresh_token);
	redeem = code_at_once_ask(&w, x->arena, &in, &t);
	e = oauth_db(x, DB_WRITE, &w);
	if (e)
		return e;
	*done = code_at_once_read(redeem, &slots, &scope, &t);
	if (*done)
		issue_reply_opaque(x, &t, &slots, scope, STR_NONE);
	return OAUTH_OK;
}

enum oauth_error authorization_code_prepare(struct grant_request *g)
{
	struct exchange *x = g->x;
	struct code_request *in = arena_alloc(x->arena, sizeof(*in));
	struct credential code;
	enum oauth_error e = params_bind(x, g->form, code_params, in);

	if (e)
		return e;
	g->in = in;
	in->well_formed = credential_parse(in->code, CREDENTIAL_CODE,
					   &in->key.slot, &code);
	if (in->well_formed) {
		in->key.hash = credential_hash(&code);
		in->load = code_load_ask(&g->first, x->arena, &in->key);
	}
	return OAUTH_OK;
}

static enum oauth_error refuse(struct exchange *x, struct str reason)
{
	oauth_reason(x, reason);
	return oauth_fail(x, OAUTH_INVALID_GRANT,
			  "the code is not valid, or no longer");
}

/* RFC 6749 section 4.1.2: what the code bought is revoked. */
static enum oauth_error refuse_reuse(struct grant_request *g,
				     const struct code_request *in)
{
	struct db_work w = { .count = 0 };
	enum oauth_error e;

	code_reuse_ask(&w, g->x->arena, &in->key, g->client.client_id);
	e = oauth_db(g->x, DB_WRITE, &w);
	return e ? e : refuse(g->x, STR("the code was used before"));
}

static enum oauth_error check_verifier(struct grant_request *g,
				       const struct code_request *in,
				       const struct code *code)
{
	struct db_work w = { .count = 0 };
	enum oauth_error e;

	if (!code->code_challenge.ptr) {
		/* RFC 9700 section 4.8.2: or PKCE could be taken away from
		 * between the two requests. */
		if (in->code_verifier.ptr)
			return oauth_fail(g->x, OAUTH_INVALID_GRANT,
					  "code_verifier, but there was no "
					  "code_challenge");
		return OAUTH_OK;
	}
	if (!in->code_verifier.ptr)
		return oauth_fail(g->x, OAUTH_INVALID_GRANT,
				  "code_verifier is missing");
	if (pkce_verify(in->code_verifier, code->code_challenge))
		return OAUTH_OK;
	code_fail_ask(&w, g->x->arena, &in->key);
	e = oauth_db(g->x, DB_WRITE, &w);
	return e ? e : oauth_fail(g->x, OAUTH_INVALID_GRANT,
				  "code_verifier does not fit the "
				  "code_challenge");
}

/* RFC 6749 section 4.1.3: "if the redirect_uri parameter was included in the
 * authorization request [...] their values MUST be identical". */
static bool redirect_uri_fits(const struct code_request *in,
			      const struct code *code)
{
	if (!in->redirect_uri.ptr)
		return !code->redirect_uri_given;
	return str_eq(in->redirect_uri, code->redirect_uri);
}

static enum oauth_error check_code(struct grant_request *g,
				   const struct code_request *in,
				   const struct code *code)
{
	if (!str_eq(code->client_id, g->client.client_id))
		return refuse(g->x, STR("the code is another client's"));
	if (str_eq(code->state, STR("used")))
		return refuse_reuse(g, in);
	if (!str_eq(code->state, STR("live")))
		return refuse(g->x, code->state);
	if (!redirect_uri_fits(in, code))
		return oauth_fail(g->x, OAUTH_INVALID_GRANT,
				  "redirect_uri is not that of the "
				  "authorization request");
	return check_verifier(g, in, code);
}

enum oauth_error authorization_code_run(struct grant_request *g)
{
	struct exchange *x = g->x;
	const struct code_request *in = g->in;
	struct db_work w = { .count = 0 };
	struct db_call *redeem;
	struct token_issue t;
	struct issued out = { .tokens = &t };
	struct code code;
	enum oauth_error e;

	if (!in->well_formed)
		return refuse(x, STR("not a code of this server"));
	if (!code_load_read(in->load, &code))
		return refuse(x, STR("no such code"));
	e = check_code(g, in, &code);
	if (e)
		return e;
	e = issue_prepare(g, code.scope, &code.subject);
	if (e)
		return e;
	issue_new(&t, &g->client,
		  str_list_has(g->client.grant_types, STR("refresh_token")));
	redeem = code_redeem_ask(&w, x->arena, &in->key, g->client.client_id,
				 &t);
	e = oauth_db(x, DB_WRITE, &w);
	if (e)
		return e;
	if (!issued_read(redeem, &out.slots))
		return refuse_reuse(g, in);
	out.scope = code.scope;
	out.subject = &code.subject;
	issue_reply(g, &out);
	return OAUTH_OK;
}
