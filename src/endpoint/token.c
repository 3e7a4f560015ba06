/* token.c - the token endpoint (RFC 6749 section 3.2). */
#include "endpoint/endpoint.h"
#include "grant/grant.h"
#include "oauth/client_auth.h"
#include "oauth/params.h"

static enum oauth_error find_grant(struct exchange *x, const struct form *form,
				   const struct grant **out)
{
	struct str grant_type = form_get(form, STR("grant_type"));

	if (grant_type.len == 0)
		return oauth_fail(x, OAUTH_INVALID_REQUEST,
				  "grant_type is missing");
	*out = grant_find(grant_type);
	if (!*out)
		return oauth_fail(x, OAUTH_UNSUPPORTED_GRANT_TYPE,
				  "this server does not know the grant_type");
	return OAUTH_OK;
}

/* By the grant's short cut, where it has one and that says yes. */
static enum oauth_error serve_grant(struct exchange *x,
				    const struct client_credentials *c,
				    const struct grant *grant,
				    const struct form *form)
{
	bool noted, done = false;
	enum oauth_error e = OAUTH_OK;

	if (grant->at_once) {
		noted = x->long_way &&
			long_way_has(x->long_way, grant->grant_type,
				     c->client_id);
		e = grant->at_once(x, c, form, noted, &done);
	}
	if (e || done)
		return e;
	return grant_serve(x, c, grant, form);
}

static enum oauth_error serve(struct exchange *x)
{
	struct client_credentials credentials = { .method = STR_NONE };
	const struct grant *grant = NULL;
	struct form form = { NULL, 0 };
	enum oauth_error e = params_read_body(x, &form);

	if (!e)
		e = find_grant(x, &form, &grant);
	if (!e)
		e = client_auth_read(x, &form, &credentials);
	if (e || !grant)
		return e;
	return serve_grant(x, &credentials, grant, &form);
}

void token_endpoint(struct exchange *x)
{
	if (serve(x))
		oauth_reply_json(x);
}
