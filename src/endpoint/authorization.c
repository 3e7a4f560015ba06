/* authorization.c - an authorization request, up to the person. */
#include "endpoint/authorization.h"

#include "endpoint/view.h"
#include "http/url.h"
#include "oauth/id_token_hint.h"
#include "oauth/params.h"
#include "oauth/redirect_uri.h"
#include "oauth/scope.h"
#include "store/scope.h"

void authorization_error_page(struct exchange *x, enum page_message text)
{
	struct page_view v = view_of(x);
	int status = oauth_error_status(x->error);

	/* 401 is for those who can answer a WWW-Authenticate. */
	if (status == 401)
		status = 400;
	page_error(&v, status,
		   status >= 500 ? PAGE_TITLE_UNAVAILABLE
				 : PAGE_TITLE_BAD_REQUEST,
		   status >= 500 ? PAGE_TRY_LATER : text,
		   oauth_error_code(x->error), x->description);
	if (status == 503)
		reply_header(&x->reply, STR("Retry-After"), STR("1"));
}

/*
 * What depends on what is asked for: the key that signs the answer, and whom an
 * ID token would be about.
 */
static void ask_more(struct exchange *x, struct authorization *z,
		     const struct visitor_lookup *lookup)
{
	const struct response_type *type =
		response_type_find(z->in.response_type);
	const bool wants_token = type && (type->id_token || type->token);
	const struct hash *cookie = lookup->secure ? &lookup->secure_hash
				  : lookup->plain ? &lookup->plain_hash : NULL;

	if (z->in.id_token_hint.ptr)
		z->hint = id_token_hint_ask(x, &z->first,
					    z->in.id_token_hint);
	if (response_mode_of(z->in.response_type, z->in.response_mode).jwt)
		z->answer_key = signing_key_ask(&z->first, x->arena,
						z->in.client_id,
						STR("authorization"));
	if (cookie && wants_token)
		z->subject = session_subject_ask(&z->first, x->arena,
						 hash_str(cookie),
						 z->in.client_id,
						 z->in.scope);
}

/* The scopes to describe: those asked for, and those of single claims. */
static struct str words_to_load(struct exchange *x,
				const struct authorization *z)
{
	struct buf b;

	if (!z->in.claims.ptr)
		return z->in.scope;
	buf_init(&b, x->arena);
	buf_add(&b, z->in.scope);
	buf_add(&b, STR(" profile email address phone"));
	return buf_str(&b);
}

static bool look_up(struct exchange *x, struct authorization *z)
{
	struct visitor_lookup lookup;
	struct visitor v;
	struct db_call *client;

	visitor_ask(x, &z->first, z->in.client_id, &lookup);
	client = client_show_ask(&z->first, x->arena, z->in.client_id);
	z->scopes = scope_load_ask(&z->first, x->arena, words_to_load(x, z));
	ask_more(x, z, &lookup);
	if (oauth_db(x, DB_READ, &z->first)) {
		authorization_error_page(x, PAGE_TRY_LATER);
		return false;
	}
	visitor_read(&lookup, &v);
	z->issuer = v.issuer;
	z->session_lifetime = v.session_lifetime;
	z->account_creation = v.account_creation;
	z->secure = v.secure;
	z->signed_in = v.signed_in;
	z->session = v.session;
	z->cookie_hash = v.cookie_hash;
	if (client_show_read(client, &z->client) && !z->client.disabled)
		return true;
	oauth_reason(x, db_rows(client) ? STR("the client is disabled")
					: STR("no such client"));
	oauth_fail(x, OAUTH_INVALID_CLIENT, "client_id is not known here");
	authorization_error_page(x, PAGE_UNKNOWN_CLIENT);
	return false;
}

static bool check_redirect_uri(struct exchange *x, struct authorization *z)
{
	z->redirect_uri = redirect_uri_choose(z->in.redirect_uri,
					      z->client.redirect_uris);
	if (z->redirect_uri.ptr)
		return true;
	oauth_fail(x, OAUTH_INVALID_REQUEST,
		   "redirect_uri is not one that the client has registered");
	authorization_error_page(x, PAGE_BAD_REDIRECT_URI);
	return false;
}

static bool check_length(struct exchange *x, const struct authorization *z)
{
	if (authorization_request_text(x->arena, &z->in, false).len <=
	    AUTHORIZATION_REQUEST_MAX)
		return true;
	oauth_fail(x, OAUTH_URI_TOO_LONG, "the request is too long");
	authorization_error_page(x, PAGE_BAD_REQUEST);
	return false;
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
 * Whom the client has in mind: an ID token that this client was given.  One of
 * another client tells it nothing, and is refused.
 */
static enum oauth_error read_hint(struct exchange *x, struct authorization *z)
{
	struct id_token_hint hint;

	if (!z->in.id_token_hint.ptr)
		return OAUTH_OK;
	if (!id_token_hint_read(x, z->hint, z->in.id_token_hint, &hint) ||
	    !jwt_audience_has(hint.claims, z->client.client_id))
		return oauth_fail(x, OAUTH_INVALID_REQUEST,
				  "id_token_hint is no ID token that the "
				  "client was given");
	z->hinted_sub = hint.sub;
	return OAUTH_OK;
}

static enum oauth_error choose_scope(struct exchange *x,
				     struct authorization *z)
{
	struct str allowed = allowed_scope(x, z), of_claims;
	struct buf all;

	z->scope = z->in.scope.ptr
			   ? scope_narrow(x->arena, z->in.scope, allowed)
			   : scope_load_defaults(z->scopes, x->arena,
						 z->client.scope);
	if (!z->scope.ptr)
		return oauth_fail(x, OAUTH_INVALID_SCOPE,
				  "the client may not ask for that scope");
	if (!is_offline(z))
		z->scope = without_offline(x->arena, z->scope);
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
	return OAUTH_OK;
}

static bool check_client(struct exchange *x, const struct form *form,
			 struct authorization *z)
{
	if (authorization_request_ambiguous(form)) {
		oauth_fail(x, OAUTH_INVALID_REQUEST,
			   "client_id or redirect_uri is there twice");
		authorization_error_page(x, PAGE_BAD_REQUEST);
		return false;
	}
	if (!z->in.client_id.ptr) {
		oauth_fail(x, OAUTH_INVALID_REQUEST, "client_id is missing");
		authorization_error_page(x, PAGE_UNKNOWN_CLIENT);
		return false;
	}
	x->client_id = z->in.client_id;
	return check_length(x, z) && look_up(x, z) && check_redirect_uri(x, z);
}

/* What the client has registered for requests that do not say. */
static void use_defaults(struct exchange *x, struct authorization *z)
{
	struct buf max_age;

	if (z->in.max_age.ptr || z->client.default_max_age < 0)
		return;
	buf_init(&max_age, x->arena);
	buf_addf(&max_age, "%lld", z->client.default_max_age);
	z->in.max_age = buf_str(&max_age);
}

bool authorization_open(struct exchange *x, const struct form *form,
			struct authorization *z)
{
	enum oauth_error e = OAUTH_OK;

	*z = (struct authorization){ .signed_in = false };
	authorization_request_read(form, &z->in);
	x->ui_locales = z->in.ui_locales;
	if (!check_client(x, form, z))
		return false;
	use_defaults(x, z);
	if (params_repeat(form))
		e = oauth_fail(x, OAUTH_INVALID_REQUEST,
			       "a parameter is there more than once");
	if (!e)
		e = authorization_request_check(x, &z->in, &z->client,
						&z->rules);
	if (!e)
		e = read_hint(x, z);
	if (!e)
		e = choose_scope(x, z);
	if (e) {
		authorization_fail(x, z);
		return false;
	}
	if (z->signed_in)
		x->user = z->session.sub;
	return true;
}
