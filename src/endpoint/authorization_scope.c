/* authorization_scope.c - what a request may have of what it asks for. */
#include "endpoint/authorization.h"

#include "oauth/scope.h"
#include "store/scope.h"

/* The scopes to describe: those asked for, and those of single claims. */
static struct str words_to_load(struct exchange *x,
				const struct authorization_request *in)
{
	struct buf b;

	if (!in->claims.ptr)
		return in->scope;
	buf_init(&b, x->arena);
	buf_add(&b, in->scope);
	buf_add(&b, STR(" profile email address phone"));
	return buf_str(&b);
}

struct db_call *authorization_scopes_ask(struct exchange *x, struct db_work *w,
					 const struct authorization_request *in)
{
	return scope_load_ask(w, x->arena, words_to_load(x, in));
}

/* What is asked for must exist, and be the client's to ask for. */
static struct str allowed_scope(struct exchange *x,
				const struct authorization *z)
{
	struct buf known;

	buf_init(&known, x->arena);
	for (size_t i = 0; i < db_rows(z->scopes); i++) {
		buf_add(&known, scope_load_row(z->scopes, i).name);
		buf_char(&known, ' ');
	}
	return scope_common(x->arena, z->client.scope, buf_str(&known));
}

/*
 * OpenID Connect Core section 11: offline_access counts only where the person
 * is asked, for a code, of a client that uses refresh tokens.
 */
static bool is_offline(const struct authorization *z)
{
	return z->rules.prompt.consent && z->rules.type->code &&
	       str_list_has(z->client.grant_types, STR("refresh_token"));
}

static struct str without_offline(struct arena *a, struct str scope)
{
	struct buf b;
	struct str word;

	buf_init(&b, a);
	while ((word = str_word(&scope)).ptr) {
		if (str_eq(word, STR("offline_access")))
			continue;
		if (b.len > 0)
			buf_char(&b, ' ');
		buf_add(&b, word);
	}
	return buf_str(&b);
}

/*
 * Absent: it is not for the client to ask for.  Where offline_access is all
 * that is asked for and does not count, the request is one without a scope: who
 * gets less than they asked for is told what (RFC 6749 sections 3.3 and 5.1),
 * and no scope is nothing that they could be told.
 */
static struct str granted_scope(struct exchange *x,
				const struct authorization *z,
				struct str allowed)
{
	struct arena *a = x->arena;
	struct str scope;

	if (z->in.scope.ptr) {
		scope = scope_narrow(a, z->in.scope, allowed);
		if (scope.ptr && !is_offline(z))
			scope = without_offline(a, scope);
		if (!scope.ptr || scope.len > 0)
			return scope;
	}
	scope = scope_load_defaults(z->scopes, a, z->client.scope);
	if (!is_offline(z))
		scope = without_offline(a, scope);
	return z->in.scope.ptr && scope.len == 0 ? STR_NONE : scope;
}

enum oauth_error authorization_choose_scope(struct exchange *x,
					    struct authorization *z)
{
	struct str allowed = allowed_scope(x, z), of_claims;
	struct buf all;

	z->scope = granted_scope(x, z, allowed);
	if (!z->scope.ptr)
		return oauth_fail(x, OAUTH_INVALID_SCOPE,
				  "the client may not ask for that scope");
	if (!str_list_has(z->scope, STR("openid"))) {
		z->consent_scope = z->scope;
		return OAUTH_OK;
	}
	/* Single claims need the scope that they are of to be the client's to
	 * ask for, and the person's consent to it. */
	z->claims = claims_narrow(x->arena, &z->rules.claims, allowed);
	of_claims = scope_common(x->arena,
				 claims_scope(x->arena, &z->rules.claims),
				 allowed);
	buf_init(&all, x->arena);
	buf_add(&all, z->scope);
	buf_char(&all, ' ');
	buf_add(&all, of_claims);
	z->consent_scope = scope_narrow(x->arena, buf_str(&all),
					buf_str(&all));
	/* It has a word, openid; so there are too many. */
	if (!z->consent_scope.ptr)
		return oauth_fail(x, OAUTH_INVALID_SCOPE,
				  "scope and claims ask for too much");
	return OAUTH_OK;
}
