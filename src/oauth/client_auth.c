/* client_auth.c - client authentication (RFC 6749 section 2.3). */
#include "oauth/client_auth.h"

#include "base/base64.h"

#define CLIENT_SECRET_BASIC "client_secret_basic"
#define CLIENT_SECRET_POST "client_secret_post"
#define NONE "none"

struct str client_auth_methods(void)
{
	return STR(CLIENT_SECRET_BASIC " " CLIENT_SECRET_POST " " NONE);
}

static enum oauth_error refuse(struct exchange *x, struct str reason)
{
	oauth_reason(x, reason);
	return oauth_fail(x, OAUTH_INVALID_CLIENT,
			  "client authentication failed");
}

/*
 * RFC 7617: "Basic", a space, base64 of id:secret; and by RFC 6749 section
 * 2.3.1 both are form-urlencoded before.
 */
static enum oauth_error read_basic(struct exchange *x, struct str credentials,
				   struct client_credentials *out)
{
	struct str id, secret;

	if (!base64_decode(x->arena, credentials, &secret))
		return refuse(x, STR("Basic credentials are not base64"));
	if (!str_has(secret, ':'))
		return refuse(x, STR("Basic credentials have no colon"));
	id = str_cut(&secret, ':');
	if (form_decode(x->arena, id, &id) != FORM_OK ||
	    form_decode(x->arena, secret, &secret) != FORM_OK)
		return refuse(x, STR("Basic credentials are not "
				     "form-urlencoded"));
	if (id.len == 0)
		return refuse(x, STR("Basic credentials have no client_id"));
	*out = (struct client_credentials){
		.method = STR(CLIENT_SECRET_BASIC),
		.client_id = id,
		.client_secret = { secret },
	};
	return OAUTH_OK;
}

static enum oauth_error read_header(struct exchange *x, struct str header,
				    const struct form *form,
				    struct client_credentials *out)
{
	struct str client_id = form_get(form, STR("client_id"));
	struct str scheme = str_cut(&header, ' ');
	enum oauth_error e;

	if (form_get(form, STR("client_secret")).len > 0)
		return oauth_fail(x, OAUTH_INVALID_REQUEST,
				  "one method of client authentication "
				  "a request");
	if (!str_eq_nocase(scheme, STR("Basic")))
		return refuse(x, STR("an Authorization scheme other than "
				     "Basic"));
	while (str_starts(header, STR(" ")))
		header = str_skip(header, 1);
	e = read_basic(x, header, out);
	if (e)
		return e;
	if (client_id.len > 0 && !str_eq(client_id, out->client_id))
		return oauth_fail(x, OAUTH_INVALID_REQUEST,
				  "client_id is not the one that "
				  "authenticates");
	return OAUTH_OK;
}

enum oauth_error client_auth_read(struct exchange *x, const struct form *form,
				  struct client_credentials *out)
{
	struct str secret = form_get(form, STR("client_secret"));

	if (x->request->authorization.len > 0) {
		enum oauth_error e = read_header(x, x->request->authorization,
						 form, out);

		if (e)
			return e;
	} else {
		*out = (struct client_credentials){
			.method = secret.len > 0 ? STR(CLIENT_SECRET_POST)
						 : STR(NONE),
			.client_id = form_get(form, STR("client_id")),
			.client_secret = { secret },
		};
	}
	if (out->client_id.len == 0)
		return refuse(x, STR("no client_id"));
	x->client_id = out->client_id;
	return OAUTH_OK;
}

enum oauth_error client_auth_verify(struct exchange *x,
				    const struct client_credentials *c,
				    const struct db_call *load,
				    struct client *out)
{
	if (!client_load_read(load, out))
		return refuse(x, STR("no such client"));
	if (out->disabled)
		return refuse(x, STR("the client is disabled"));
	if (!str_eq(c->method, out->token_endpoint_auth_method))
		return refuse(x, STR("not the client's registered "
				     "token_endpoint_auth_method"));
	if (client_is_public(out))
		return OAUTH_OK;
	if (out->client_secret_expired)
		return refuse(x, STR("the client_secret has expired"));
	if (!secret_verify(x->arena, c->client_secret,
			   out->client_secret_verifier))
		return refuse(x, STR("a wrong client_secret"));
	return OAUTH_OK;
}
