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

/*
 * Who asks is settled before what they ask: an error of the grant's own
 * parameters is told to an authenticated client alone.
 */
static enum oauth_error run_grant(struct exchange *x,
				  const struct client_credentials *credentials,
				  const struct grant *grant,
				  struct grant_request *g)
{
	struct db_call *load = client_load_ask(&g->first, x->arena,
					       credentials->client_id);
	enum oauth_error unprepared = grant->prepare(g);
	struct str why = x->description;
	enum oauth_error e = oauth_db(x, DB_READ, &g->first);

	if (!e)
		e = client_auth_verify(x, credentials, load, &g->client);
	if (e)
		return e;
	if (!str_list_has(g->client.grant_types, grant->grant_type))
		return oauth_fail(x, OAUTH_UNAUTHORIZED_CLIENT,
				  "the client may not use the grant_type");
	if (unprepared)
		return oauth_fail_str(x, unprepared, why);
	return grant->run(g);
}

/* By the grant's short cut, where it has one and that says yes. */
static enum oauth_error serve_grant(struct exchange *x,
				    const struct client_credentials *c,
				    const struct grant *grant,
				    const struct form *form)
{
	struct grant_request g = { .x = x, .form = form };
	bool done = false;

	if (grant->at_once) {
		enum oauth_error e = grant->at_once(x, c, form, &done);

		if (e || done)
			return e;
	}
	return run_grant(x, c, grant, &g);
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
