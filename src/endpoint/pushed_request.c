/*
 * pushed_request.c - the pushed authorization request endpoint (RFC 9126): a
 * client leaves its request here, as itself, and sends the browser with a
 * handle of it.
 */
#include "base/json.h"
#include "endpoint/authorization.h"
#include "endpoint/endpoint.h"
#include "oauth/client_auth.h"
#include "oauth/params.h"
#include "oauth/redirect_uri.h"
#include "oauth/request_object.h"
#include "oauth/request_uri.h"

/* The client's two sides, and the scopes, in one round trip. */
static enum oauth_error authenticate(struct exchange *x,
				     const struct form *form,
				     struct authorization *z)
{
	struct client_credentials credentials = { .method = STR_NONE };
	struct db_call *load, *show;
	struct client client;
	enum oauth_error e = client_auth_read(x, form, &credentials);

	if (e)
		return e;
	z->in.client_id = credentials.client_id;
	load = client_load_ask(&z->first, x->arena, credentials.client_id);
	show = client_show_ask(&z->first, x->arena, credentials.client_id);
	z->scopes = authorization_scopes_ask(x, &z->first, &z->in);
	e = oauth_db(x, DB_READ, &z->first);
	if (!e)
		e = client_auth_verify(x, &credentials, load, &client);
	if (!e && !client_show_read(show, &z->client))
		e = oauth_fail(x, OAUTH_INVALID_CLIENT, "no such client");
	return e;
}

/* RFC 9126 section 3: the parameters are those that were signed.  w holds
 * what z->scopes is of. */
static enum oauth_error unpack(struct exchange *x, struct authorization *z,
			       struct db_work *w)
{
	enum oauth_error e = authorization_read_object(x, z, z->in.request);

	if (e)
		return e;
	z->scopes = authorization_scopes_ask(x, w, &z->in);
	return oauth_db(x, DB_READ, w);
}

/* The rules of the authorization endpoint, as far as there is no browser. */
static enum oauth_error check(struct exchange *x, struct authorization *z)
{
	enum oauth_error e;

	if (z->client.require_signed_request_object && !z->kept.is_signed)
		return oauth_fail(x, OAUTH_INVALID_REQUEST,
				  "the request has to be signed");
	z->redirect_uri = redirect_uri_choose(z->in.redirect_uri,
					      z->client.redirect_uris);
	if (!z->redirect_uri.ptr)
		return oauth_fail_str(x, OAUTH_INVALID_REQUEST,
				      redirect_uri_why(
					      z->in.redirect_uri,
					      z->client.redirect_uris));
	if (!authorization_state_fits(x->arena, &z->in))
		return oauth_fail(x, OAUTH_INVALID_REQUEST,
				  "state is too long");
	e = authorization_request_check(x, &z->in, &z->client, &z->rules);
	return e ? e : authorization_choose_scope(x, z);
}

/* RFC 9126 section 2.2 */
static void reply(struct exchange *x, const struct credential *handle,
		  long long expires_in)
{
	struct buf *body = &x->reply.body;

	reply_json(&x->reply, 201);
	json_object(body, STR_NONE);
	json_string(body, STR("request_uri"),
		    request_uri_text(x->arena, handle));
	json_number(body, STR("expires_in"), expires_in);
	json_object_end(body);
}

static enum oauth_error keep(struct exchange *x, struct authorization *z)
{
	const struct credential handle = credential_new();
	struct db_work w = { .count = 0 };
	const struct db_call *store;
	enum oauth_error e;

	z->kept.hash = credential_hash(&handle);
	z->kept.client_id = z->client.client_id;
	z->kept.parameters = authorization_request_text(x->arena, &z->in,
							false);
	z->kept.is_pushed = true;
	store = pushed_request_store_ask(&w, x->arena, &z->kept);
	e = oauth_db(x, DB_WRITE, &w);
	if (!e)
		reply(x, &handle, db_number(store, 0, 0));
	return e;
}

static enum oauth_error serve(struct exchange *x)
{
	struct authorization z = { .signed_in = false };
	struct db_work second = { .count = 0 };
	struct form form = { NULL, 0 };
	enum oauth_error e = params_read_body(x, &form);

	if (e)
		return e;
	authorization_request_read(&form, &z.in);
	e = authenticate(x, &form, &z);
	/* RFC 9126 section 2.1: "The "request_uri" authorization request
	 * parameter is one exception, and it MUST NOT be provided". */
	if (!e && z.in.request_uri.ptr)
		e = oauth_fail(x, OAUTH_INVALID_REQUEST,
			       "request_uri can not be pushed");
	if (!e && z.in.request.ptr)
		e = unpack(x, &z, &second);
	if (!e)
		e = check(x, &z);
	return e ? e : keep(x, &z);
}

void pushed_request_endpoint(struct exchange *x)
{
	if (serve(x))
		oauth_reply_json(x);
}
