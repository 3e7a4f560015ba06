/* authorization.c - an authorization request, up to the person. */
#include "endpoint/authorization.h"

#include "http/url.h"
#include "oauth/params.h"
#include "oauth/redirect_uri.h"
#include "oauth/scope.h"
#include "store/scope.h"

void authorization_error_page(struct exchange *x, enum page_message text)
{
	struct page_view v = { &x->reply, x->arena, x->request->languages };
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

void authorization_redirect(struct exchange *x, const struct authorization *z,
			    struct str params)
{
	struct buf b, to;

	buf_init(&b, x->arena);
	buf_add(&b, params);
	if (z->in.state.ptr)
		form_add(&b, STR("state"), z->in.state);
	/* RFC 9207 section 2: on every answer, errors too. */
	form_add(&b, STR("iss"), z->issuer);
	if (!response_type_uses_fragment(z->in.response_type)) {
		reply_redirect(&x->reply, url_with_query(x->arena,
							 z->redirect_uri,
							 buf_str(&b)));
		return;
	}
	buf_init(&to, x->arena);
	buf_add(&to, z->redirect_uri);
	buf_char(&to, '#');
	buf_add(&to, buf_str(&b));
	reply_redirect(&x->reply, buf_str(&to));
}

void authorization_fail(struct exchange *x, const struct authorization *z)
{
	struct buf b;

	if (oauth_error_status(x->error) >= 500) {
		authorization_error_page(x, PAGE_TRY_LATER);
		return;
	}
	buf_init(&b, x->arena);
	form_add(&b, STR("error"), oauth_error_code(x->error));
	if (x->description.len > 0)
		form_add(&b, STR("error_description"), x->description);
	authorization_redirect(x, z, buf_str(&b));
}

static bool look_up(struct exchange *x, struct authorization *z)
{
	struct visitor_lookup lookup;
	struct visitor v;
	struct db_call *client;

	visitor_ask(x, &z->first, z->in.client_id, &lookup);
	client = client_show_ask(&z->first, x->arena, z->in.client_id);
	z->scopes = scope_load_ask(&z->first, x->arena, z->in.scope);
	if (oauth_db(x, DB_READ, &z->first)) {
		authorization_error_page(x, PAGE_TRY_LATER);
		return false;
	}
	visitor_read(&lookup, &v);
	z->issuer = v.issuer;
	z->session_lifetime = v.session_lifetime;
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
static enum oauth_error choose_scope(struct exchange *x,
				     struct authorization *z)
{
	struct buf known;

	if (!z->in.scope.ptr) {
		z->scope = scope_load_defaults(z->scopes, x->arena,
					       z->client.scope);
		return OAUTH_OK;
	}
	buf_init(&known, x->arena);
	for (size_t i = 0; i < db_rows(z->scopes); i++) {
		buf_add(&known, scope_load_row(z->scopes, i).name);
		buf_char(&known, ' ');
	}
	z->scope = scope_narrow(x->arena, z->in.scope,
				scope_common(x->arena, z->client.scope,
					     buf_str(&known)));
	if (z->scope.ptr)
		return OAUTH_OK;
	return oauth_fail(x, OAUTH_INVALID_SCOPE,
			  "the client may not ask for that scope");
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

bool authorization_open(struct exchange *x, const struct form *form,
			struct authorization *z)
{
	enum oauth_error e = OAUTH_OK;

	*z = (struct authorization){ .signed_in = false };
	authorization_request_read(form, &z->in);
	if (!check_client(x, form, z))
		return false;
	if (params_repeat(form))
		e = oauth_fail(x, OAUTH_INVALID_REQUEST,
			       "a parameter is there more than once");
	if (!e)
		e = authorization_request_check(x, &z->in, &z->client,
						&z->prompt);
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
