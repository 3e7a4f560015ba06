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

static bool look_up(struct exchange *x, struct authorization *z)
{
	struct visitor_lookup lookup;
	struct visitor v;
	struct db_call *client;

	visitor_ask(x, &z->first, z->in.client_id, &lookup);
	client = client_show_ask(&z->first, x->arena, z->in.client_id);
	z->scopes = authorization_scopes_ask(x, &z->first, &z->in);
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
	oauth_fail_str(x, OAUTH_INVALID_REQUEST,
		       redirect_uri_why(z->in.redirect_uri,
					z->client.redirect_uris));
	authorization_error_page(x, z->in.redirect_uri.ptr
					    ? PAGE_BAD_REDIRECT_URI
					    : PAGE_BAD_REQUEST);
	return false;
}

static bool check_length(struct exchange *x, const struct authorization *z)
{
	if (authorization_text(x, z, false).len <= AUTHORIZATION_REQUEST_MAX)
		return true;
	oauth_fail(x, OAUTH_URI_TOO_LONG, "the request is too long");
	authorization_error_page(x, PAGE_BAD_REQUEST);
	return false;
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

/* That there is a client at all to be asked about. */
static bool check_outer(struct exchange *x, const struct form *form,
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
	return true;
}

/*
 * A request that could not be unpacked is told to the client only where the
 * outer request says where that is.
 */
static bool unpack(struct exchange *x, struct authorization *z,
		   enum oauth_error *e, struct str *why)
{
	*e = authorization_unpack(x, z);
	*why = x->description;
	if (!*e || *e == OAUTH_INVALID_CLIENT)
		return true;
	if (!z->in.redirect_uri.ptr || oauth_error_status(*e) >= 500) {
		authorization_error_page(x, PAGE_BAD_REQUEST);
		return false;
	}
	z->in.request = z->in.request_uri = STR_NONE;
	return true;
}

/* RFC 9126 section 6, RFC 9101 section 10.5. */
static enum oauth_error check_kept(struct exchange *x,
				   const struct authorization *z)
{
	if (z->client.require_pushed_authorization_requests &&
	    !z->kept.is_pushed)
		return oauth_fail(x, OAUTH_INVALID_REQUEST,
				  "the request has to be pushed");
	if (z->client.require_signed_request_object && !z->kept.is_signed)
		return oauth_fail(x, OAUTH_INVALID_REQUEST,
				  "the request has to be signed");
	return OAUTH_OK;
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

static enum oauth_error check_rules(struct exchange *x,
				    const struct form *form,
				    struct authorization *z)
{
	enum oauth_error e = OAUTH_OK;

	use_defaults(x, z);
	if (params_repeat(form))
		e = oauth_fail(x, OAUTH_INVALID_REQUEST,
			       "a parameter is there more than once");
	if (!e)
		e = check_kept(x, z);
	if (!e)
		e = authorization_request_check(x, &z->in, &z->client,
						&z->rules);
	if (!e)
		e = read_hint(x, z);
	return e ? e : authorization_choose_scope(x, z);
}

bool authorization_open(struct exchange *x, const struct form *form,
			struct authorization *z)
{
	enum oauth_error e;
	struct str why;

	*z = (struct authorization){ .signed_in = false };
	authorization_request_read(form, &z->in);
	if (!check_outer(x, form, z) || !unpack(x, z, &e, &why))
		return false;
	x->ui_locales = z->in.ui_locales;
	if (!check_length(x, z) || !look_up(x, z) || !check_redirect_uri(x, z))
		return false;
	e = e ? oauth_fail_str(x, e, why) : check_rules(x, form, z);
	if (e) {
		authorization_fail(x, z);
		return false;
	}
	if (z->signed_in)
		x->user = z->session.sub;
	return true;
}
