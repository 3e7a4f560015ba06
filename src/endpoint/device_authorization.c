/*
 * device_authorization.c - the device authorization endpoint (RFC 8628 section
 * 3.1): a device without a browser gets a code for itself and one to show.
 */
#include "base/json.h"
#include "endpoint/device.h"
#include "endpoint/endpoint.h"
#include "grant/issue.h"
#include "oauth/params.h"
#include "oauth/user_code.h"
#include "store/device.h"
#include "store/scope.h"

/* User codes to try, where one is another device's already: of a million in
 * use, each is one in 25,000 times. */
#define TRIES 4

struct device_authorization_request {
	struct str scope;

	const struct db_call *defaults;	/* where none was asked for */
};

static const struct param request_params[] = {
	PARAM(struct device_authorization_request, scope, PARAM_OPTIONAL),
	PARAM_END
};

static enum oauth_error prepare(struct grant_request *g)
{
	struct exchange *x = g->x;
	struct device_authorization_request *in;
	enum oauth_error e;

	in = arena_alloc(x->arena, sizeof(*in));
	e = params_bind(x, g->form, request_params, in);
	if (e)
		return e;
	g->in = in;
	if (!in->scope.ptr)
		in->defaults = scope_load_ask(&g->first, x->arena, STR(""));
	return OAUTH_OK;
}

static void reply(struct exchange *x, const struct device_issued *issued,
		  const struct credential *device_code, struct str user_code)
{
	struct buf *body = &x->reply.body;

	reply_json(&x->reply, 200);
	json_object(body, STR_NONE);
	json_string(body, STR("device_code"),
		    credential_text(x->arena, CREDENTIAL_DEVICE_CODE, 0,
				    device_code));
	json_string(body, STR("user_code"), user_code);
	json_string(body, STR("verification_uri"),
		    device_uri(x->arena, issued->issuer, STR_NONE));
	json_string(body, STR("verification_uri_complete"),
		    device_uri(x->arena, issued->issuer, user_code));
	json_number(body, STR("expires_in"), issued->expires_in);
	json_number(body, STR("interval"), issued->interval);
	json_object_end(body);
}

static enum oauth_error issue(struct exchange *x, struct str client_id,
			      struct str scope)
{
	struct credential device_code = credential_new();
	struct hash device_hash = credential_hash(&device_code), user_hash;
	const struct device_issue in = {
		.device_code_hash = &device_hash,
		.user_code_hash = &user_hash,
		.client_id = client_id,
		.scope = scope,
		.asked_from = x->request->remote_addr,
	};
	struct device_issued issued;

	for (int i = 0; i < TRIES; i++) {
		struct str user_code = user_code_new(x->arena);
		struct db_work w = { .count = 0 };
		const struct db_call *call;
		enum oauth_error e;

		user_hash = user_code_hash(x->key, user_code);
		call = device_issue_ask(&w, x->arena, &in);
		e = oauth_db(x, DB_WRITE, &w);
		if (e)
			return e;
		if (!device_issue_read(call, &issued))
			continue;
		reply(x, &issued, &device_code, user_code);
		return OAUTH_OK;
	}
	return oauth_fail(x, OAUTH_SERVER_ERROR, "no user code was free");
}

static enum oauth_error run(struct grant_request *g)
{
	const struct device_authorization_request *in = g->in;
	struct str scope;
	enum oauth_error e = issue_scope(g, in->scope, in->defaults, &scope);

	return e ? e : issue(g->x, g->client.client_id, scope);
}

/* Whoever may redeem a device code may ask for one. */
static enum oauth_error serve(struct exchange *x)
{
	static const struct grant first_step = {
		STR_INIT(GRANT_TYPE_DEVICE_CODE), NULL, prepare, run,
	};
	struct client_credentials credentials = { .method = STR_NONE };
	struct form form = { NULL, 0 };
	enum oauth_error e = params_read_body(x, &form);

	if (!e)
		e = client_auth_read(x, &form, &credentials);
	return e ? e : grant_serve(x, &credentials, &first_step, &form);
}

void device_authorization_endpoint(struct exchange *x)
{
	if (serve(x))
		oauth_reply_json(x);
}
