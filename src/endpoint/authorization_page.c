/*
 * authorization_page.c - an authorization request in the person's hands: the
 * pages and their forms.
 */
#include "endpoint/authorization.h"

#include "endpoint/form_token.h"
#include "endpoint/view.h"
#include "http/cookie.h"
#include "http/url.h"
#include "store/scope.h"

/* What the consent form is tied to. */
static struct str session_cookie(struct exchange *x,
				 const struct authorization *z)
{
	return cookie_get(x->request->cookie, session_cookie_name(z->secure));
}

bool authorization_form_is_ours(struct exchange *x,
				const struct authorization *z,
				struct str request, struct str given)
{
	return form_token_fits(x, STR("consent"), session_cookie(x, z),
			       request, given);
}

static struct page_form consent_form(struct exchange *x,
				     const struct authorization *z)
{
	struct str request = authorization_text(x, z, false);

	return (struct page_form){
		.action = STR("consent"),
		.request = request,
		.form_token = form_token(x, STR("consent"),
					 session_cookie(x, z), request),
		.origin = view_form_origin(x, z->redirect_uri),
	};
}

static struct page_client page_client(const struct authorization *z)
{
	const struct client *c = &z->client;
	struct page_client p = {
		.client_name = c->client_name.len > 0 ? c->client_name
						      : c->client_id,
		.client_uri = c->client_uri,
		.logo_uri = c->logo_uri,
		.policy_uri = c->policy_uri,
		.tos_uri = c->tos_uri,
	};
	struct url u;

	if (url_parse(z->redirect_uri, &u))
		p.host = u.host.len > 0 ? u.host : u.scheme;
	return p;
}

struct sign_in_page authorization_sign_in(struct exchange *x,
					  const struct authorization *z)
{
	return (struct sign_in_page){
		.path = STR("authorize"),
		.request = authorization_text(x, z, true),
		.client = page_client(z),
		.origin = view_form_origin(x, z->redirect_uri),
		.secure = z->secure,
		.session_lifetime = z->session_lifetime,
	};
}

void authorization_ask_sign_in(struct exchange *x,
			       const struct authorization *z, int status,
			       struct str username, enum page_message fault)
{
	struct sign_in_page p = authorization_sign_in(x, z);

	sign_in_ask(x, &p, status, username, fault);
}

size_t authorization_scopes(struct exchange *x, const struct db_call *load,
			    struct str scope, struct page_scope **out)
{
	struct page_scope *scopes;
	size_t n = 0;

	scopes = arena_alloc(x->arena, db_rows(load) * sizeof(*scopes));
	for (size_t i = 0; i < db_rows(load); i++) {
		struct scope_row row = scope_load_row(load, i);

		if (str_list_has(scope, row.name))
			scopes[n++] = (struct page_scope){
				row.name, row.description,
			};
	}
	*out = scopes;
	return n;
}

void authorization_ask_consent(struct exchange *x,
			       const struct authorization *z)
{
	struct page_view v = view_of(x);
	struct page_form form = consent_form(x, z);
	struct page_client client = page_client(z);
	struct page_scope *scopes;
	size_t n = authorization_scopes(x, z->scopes, z->consent_scope,
					&scopes);

	page_consent(&v, &form, &client, z->session.username, scopes, n);
}
