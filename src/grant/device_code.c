/*
 * device_code.c - the device authorization grant (RFC 8628 section 3.4).
 *
 * The device asks again and again until the person has decided.  What it is
 * told is read first; only a question that is still open, and the tokens at
 * the end, write.
 */
#include "grant/grant.h"
#include "grant/issue.h"
#include "oauth/params.h"
#include "store/device.h"

struct device_request {
	struct str device_code;

	bool well_formed;
	struct row_key key;
	const struct db_call *load;
};

static const struct param device_params[] = {
	PARAM(struct device_request, device_code, PARAM_REQUIRED),
	PARAM_END
};

enum oauth_error device_code_prepare(struct grant_request *g)
{
	struct exchange *x = g->x;
	struct device_request *in = arena_alloc(x->arena, sizeof(*in));
	struct credential code;
	enum oauth_error e = params_bind(x, g->form, device_params, in);

	if (e)
		return e;
	g->in = in;
	in->well_formed = credential_parse(in->device_code,
					   CREDENTIAL_DEVICE_CODE,
					   &in->key.slot, &code) &&
			  in->key.slot == 0;
	if (in->well_formed) {
		in->key.hash = credential_hash(&code);
		in->load = device_load_ask(&g->first, x->arena, &in->key);
	}
	return OAUTH_OK;
}

static enum oauth_error refuse(struct exchange *x, struct str reason)
{
	oauth_reason(x, reason);
	return oauth_fail(x, OAUTH_INVALID_GRANT,
			  "the device code is not valid, or no longer");
}

/* RFC 8628 section 3.5. */
static enum oauth_error wait_longer(struct exchange *x,
				    const struct device_request *in)
{
	struct db_work w = { .count = 0 };
	const struct db_call *poll = device_poll_ask(&w, x->arena, &in->key);
	enum oauth_error e = oauth_db(x, DB_WRITE, &w);

	if (e)
		return e;
	if (device_poll_too_soon(poll))
		return oauth_fail(x, OAUTH_SLOW_DOWN,
				  "ask 5 seconds less often from now on");
	return oauth_fail(x, OAUTH_AUTHORIZATION_PENDING,
			  "the person has not decided yet");
}

static enum oauth_error check_code(struct grant_request *g,
				   const struct device_request *in,
				   const struct device_code *code)
{
	struct exchange *x = g->x;

	if (!str_eq(code->client_id, g->client.client_id))
		return refuse(x, STR("the device code is another client's"));
	x->user = code->subject.sub;
	if (str_eq(code->state, STR("live")))
		return OAUTH_OK;
	if (str_eq(code->state, STR("pending")))
		return wait_longer(x, in);
	if (str_eq(code->state, STR("denied")))
		return oauth_fail(x, OAUTH_ACCESS_DENIED,
				  "the person said no");
	if (str_eq(code->state, STR("expired")))
		return oauth_fail(x, OAUTH_EXPIRED_TOKEN,
				  "the device code has expired");
	return refuse(x, code->state);
}

enum oauth_error device_code_run(struct grant_request *g)
{
	struct exchange *x = g->x;
	const struct device_request *in = g->in;
	struct db_work w = { .count = 0 };
	struct db_call *redeem;
	struct token_issue t;
	struct issued out = { .tokens = &t };
	struct device_code code;
	enum oauth_error e;

	if (!in->well_formed)
		return refuse(x, STR("not a device code of this server"));
	if (!device_load_read(in->load, &code))
		return refuse(x, STR("no such device code"));
	e = check_code(g, in, &code);
	if (e)
		return e;
	e = issue_prepare(g, code.scope, &code.subject);
	if (e)
		return e;
	issue_new(&t, &g->client,
		  str_list_has(g->client.grant_types, STR("refresh_token")));
	redeem = device_redeem_ask(&w, x->arena, &in->key,
				   g->client.client_id, &t);
	e = oauth_db(x, DB_WRITE, &w);
	if (e)
		return e;
	if (!issued_read(redeem, &out.slots))
		return refuse(x, STR("the device code was used meanwhile"));
	out.scope = code.scope;
	out.subject = &code.subject;
	issue_reply(g, &out);
	return OAUTH_OK;
}
