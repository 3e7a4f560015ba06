/*
 * jwt_bearer.c - the JWT bearer grant (RFC 7523 section 2.1): an assertion says
 * which person a token is for.
 *
 * It is signed by the client itself, with the keys it has registered, or by an
 * issuer that the operator trusts.  Neither is enough by itself: the person has
 * granted the client that scope before, unless the operator has said of the
 * issuer that it speaks for people who were not asked.
 *
 * There is no refresh token (RFC 7521 section 4.1): who wants to go on brings
 * another assertion.
 */
#include "base/arena.h"
#include "grant/grant.h"
#include "grant/issue.h"
#include "oauth/client_keys.h"
#include "oauth/params.h"
#include "oauth/scope.h"
#include "store/scope.h"
#include "store/trusted_issuer.h"

struct jwt_bearer_request {
	struct str assertion, scope;

	struct assertion as;
	struct str fault;		/* absent: as was read */
	const struct db_call *load;
	const struct db_call *defaults;	/* where no scope was asked for */
};

static const struct param jwt_bearer_params[] = {
	PARAM(struct jwt_bearer_request, assertion, PARAM_REQUIRED),
	PARAM(struct jwt_bearer_request, scope, PARAM_OPTIONAL),
	PARAM_END
};

enum oauth_error jwt_bearer_prepare(struct grant_request *g)
{
	struct exchange *x = g->x;
	struct jwt_bearer_request *in = arena_alloc(x->arena, sizeof(*in));
	enum oauth_error e = params_bind(x, g->form, jwt_bearer_params, in);

	if (e)
		return e;
	g->in = in;
	in->fault = assertion_parse(x->arena, in->assertion, &in->as);
	in->load = jwt_bearer_load_ask(&g->first, x->arena, in->as.iss,
				       in->as.sub, x->client_id);
	if (!in->scope.ptr)
		in->defaults = scope_load_ask(&g->first, x->arena, STR(""));
	return OAUTH_OK;
}

/* Whatever it is: who guesses at subjects learns nothing. */
static enum oauth_error refuse(struct exchange *x, struct str reason)
{
	oauth_reason(x, reason);
	return oauth_fail(x, OAUTH_INVALID_GRANT,
			  "the assertion is not valid, or no longer");
}

static bool is_by_client(const struct grant_request *g,
			 const struct assertion *as)
{
	return str_eq(as->iss, g->client.client_id);
}

/* Is the signature one by whom iss says? */
static enum oauth_error check_signature(struct grant_request *g,
					const struct assertion *as,
					const struct vouched *v)
{
	struct exchange *x = g->x;
	const struct jwk *key = NULL;
	enum oauth_error e;

	e = is_by_client(g, as)
		    ? client_keys_find(x, &g->client, as->jws.kid,
				       as->jws.alg, &key)
		    : key_source_find(x, &v->keys, as->jws.kid, as->jws.alg,
				      &key);
	if (e)
		return e;
	if (!key)
		return refuse(x, x->reason);
	if (!jws_verify(x->arena, &as->jws, key, as->jws.alg))
		return refuse(x, STR("the signature is wrong"));
	return OAUTH_OK;
}

static enum oauth_error check_assertion(struct grant_request *g,
					const struct assertion *as,
					const struct vouched *v)
{
	const struct client *c = &g->client;
	const bool by_client = is_by_client(g, as);
	const struct assertion_rules rules = {
		.client_id = c->client_id,
		.issuer = c->issuer,
		.endpoint = g->x->endpoint,
		.now = c->now,
		.alg = by_client ? STR_NONE : v->alg,
		.fapi2 = c->fapi2,
	};
	struct str fault = grant_assertion_fault(as, &rules);
	bool first = true;
	enum oauth_error e;

	if (fault.ptr)
		return refuse(g->x, fault);
	if (!by_client && !v->is_trusted)
		return refuse(g->x, STR("the issuer is not trusted"));
	e = check_signature(g, as, v);
	/* RFC 7523 section 3, point 7: a jti is the issuer's choice. */
	if (!e && as->jti.ptr)
		e = jti_use(g->x, as->iss, as->jti, as->exp, &first);
	if (e)
		return e;
	return first ? OAUTH_OK
		     : refuse(g->x, STR("the jti was used before"));
}

/*
 * What is asked for, or else what the person has granted; where nobody needs to
 * ask them, the default one.
 */
static enum oauth_error choose_scope(struct grant_request *g,
				     const struct jwt_bearer_request *in,
				     const struct vouched *v,
				     bool without_consent, struct str *out)
{
	struct exchange *x = g->x;
	enum oauth_error e;

	if (!in->scope.ptr && !without_consent) {
		*out = scope_common(x->arena, v->consented, g->client.scope);
		return OAUTH_OK;
	}
	e = issue_scope(g, in->scope, in->defaults, out);
	if (e)
		return e;
	if (!without_consent && !scope_covers(v->consented, *out))
		return refuse(x, STR("the person has not granted that scope"));
	return OAUTH_OK;
}

static enum oauth_error check_person(struct grant_request *g,
				     const struct vouched *v,
				     bool without_consent)
{
	if (!v->user_id.ptr)
		return refuse(g->x, STR("no such person"));
	if (v->disabled)
		return refuse(g->x, STR("the person is disabled"));
	if (!v->consented.ptr && !without_consent)
		return refuse(g->x, STR("the person has granted the client "
					"nothing"));
	return OAUTH_OK;
}

static enum oauth_error store(struct grant_request *g, const struct vouched *v,
			      bool without_consent, struct issued *out)
{
	struct exchange *x = g->x;
	struct db_work w = { .count = 0 };
	const struct db_call *issue = jwt_bearer_issue_ask(
		&w, x->arena, g->client.client_id, v->user_id, out->scope,
		without_consent, out->tokens);
	enum oauth_error e = oauth_db(x, DB_WRITE, &w);

	if (!e && !issued_read(issue, &out->slots))
		e = refuse(x, STR("disabled or withdrawn meanwhile"));
	return e;
}

enum oauth_error jwt_bearer_run(struct grant_request *g)
{
	struct exchange *x = g->x;
	const struct jwt_bearer_request *in = g->in;
	const struct vouched v = jwt_bearer_load_read(in->load);
	const bool without_consent = v.without_consent &&
				     !is_by_client(g, &in->as);
	struct token_issue t;
	struct issued out = { .tokens = &t, .subject = &v.subject };
	enum oauth_error e;

	if (in->fault.ptr)
		return refuse(x, in->fault);
	e = check_assertion(g, &in->as, &v);
	if (!e)
		e = check_person(g, &v, without_consent);
	if (!e)
		e = choose_scope(g, in, &v, without_consent, &out.scope);
	/* No ID token: nobody has signed in. */
	if (!e)
		e = issue_prepare(g, out.scope, NULL);
	if (e)
		return e;
	x->user = in->as.sub;
	issue_new(&t, &g->client, false);
	e = store(g, &v, without_consent, &out);
	if (!e)
		issue_reply(g, &out);
	return e;
}
