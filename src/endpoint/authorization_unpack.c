/*
 * authorization_unpack.c - requests that are kept or signed, on their way to
 * become plain ones.
 */
#include "endpoint/authorization.h"

#include "oauth/params.h"
#include "oauth/request_object.h"
#include "oauth/request_uri.h"

struct str authorization_text(struct exchange *x,
			      const struct authorization *z,
			      bool without_login)
{
	struct authorization_request handle = {
		.client_id = z->in.client_id,
		.request_uri = z->request_uri,
	};

	return authorization_request_text(x->arena,
					  z->request_uri.ptr ? &handle : &z->in,
					  without_login);
}

/* The parameters that were kept, or were signed, in place of those outside. */
static enum oauth_error replace(struct exchange *x, struct authorization *z,
				struct str parameters)
{
	struct authorization_request in;
	struct form form;

	if (form_parse(x->arena, parameters, &form) != FORM_OK)
		return oauth_fail(x, OAUTH_INVALID_REQUEST_OBJECT,
				  "a parameter can not be what it is");
	authorization_request_read(&form, &in);
	if (!authorization_state_fits(x->arena, &in))
		return oauth_fail(x, OAUTH_INVALID_REQUEST_OBJECT,
				  "state is too long");
	z->in = in;
	return OAUTH_OK;
}

enum oauth_error authorization_read_object(struct exchange *x,
					   struct authorization *z,
					   struct str text)
{
	struct str parameters;
	enum oauth_error e = request_object_read(x, &z->client, text,
						 &parameters);

	if (!e)
		e = replace(x, z, parameters);
	if (!e)
		z->kept.is_signed = true;
	return e;
}

/* RFC 9126 section 4. */
static enum oauth_error unpack_kept(struct exchange *x,
				    struct authorization *z,
				    const struct credential *handle)
{
	struct db_work w = { .count = 0 };
	const struct db_call *begin;
	enum oauth_error e;

	z->kept.hash = credential_hash(handle);
	z->kept.client_id = z->in.client_id;
	begin = pushed_request_begin_ask(&w, x->arena, &z->kept.hash,
					 z->in.client_id);
	e = oauth_db(x, DB_WRITE, &w);
	if (e)
		return e;
	if (!pushed_request_begin_read(begin, &z->kept))
		return oauth_fail(x, OAUTH_INVALID_REQUEST_URI,
				  "request_uri is not valid, or no longer");
	z->request_uri = z->in.request_uri;
	return replace(x, z, z->kept.parameters);
}

static enum oauth_error load_client(struct exchange *x,
				    struct authorization *z)
{
	struct db_work w = { .count = 0 };
	const struct db_call *load = client_show_ask(&w, x->arena,
						     z->in.client_id);
	enum oauth_error e = oauth_db(x, DB_READ, &w);

	if (!e && (!client_show_read(load, &z->client) || z->client.disabled))
		e = oauth_fail(x, OAUTH_INVALID_CLIENT,
			       "client_id is not known here");
	return e;
}

/* From now on it is one that is kept: what it says has been verified. */
static enum oauth_error keep(struct exchange *x, struct authorization *z)
{
	struct credential handle = credential_new();
	struct db_work w = { .count = 0 };
	const struct db_call *store;
	enum oauth_error e;

	z->kept.hash = credential_hash(&handle);
	z->kept.client_id = z->in.client_id;
	z->kept.parameters = authorization_request_text(x->arena, &z->in,
							false);
	store = pushed_request_store_ask(&w, x->arena, &z->kept);
	e = oauth_db(x, DB_WRITE, &w);
	if (e)
		return e;
	z->kept.started_at_us = db_number(store, 0, 1);
	z->request_uri = request_uri_text(x->arena, &handle);
	return OAUTH_OK;
}

/* RFC 9101 section 5: by value, or by reference. */
static enum oauth_error unpack_signed(struct exchange *x,
				      struct authorization *z)
{
	struct str text = z->in.request;
	enum oauth_error e = load_client(x, z);

	if (!e && !text.ptr)
		e = request_object_fetch(x, &z->client, z->in.request_uri,
					 &text);
	if (!e)
		e = authorization_read_object(x, z, text);
	return e ? e : keep(x, z);
}

enum oauth_error authorization_unpack(struct exchange *x,
				      struct authorization *z)
{
	struct credential handle;

	if (!z->in.request.ptr && !z->in.request_uri.ptr)
		return OAUTH_OK;
	if (z->in.request.ptr && z->in.request_uri.ptr)
		return oauth_fail(x, OAUTH_INVALID_REQUEST,
				  "request and request_uri exclude each "
				  "other");
	if (z->in.request_uri.ptr &&
	    request_uri_parse(z->in.request_uri, &handle))
		return unpack_kept(x, z, &handle);
	return unpack_signed(x, z);
}
