/* authorization_request.c - an authorization request, as a query. */
#include "oauth/authorization_request.h"

#include "fuzz.h"

static const struct client client = {
	.client_id = STR_INIT("s6BhdRkqt3"),
	.token_endpoint_auth_method = STR_INIT("client_secret_basic"),
	.redirect_uris = STR_INIT("https://client.example/cb"),
	.grant_types = STR_INIT("authorization_code implicit"),
	.response_types = STR_INIT("code,token,id_token,id_token token,"
				   "code id_token,code token,"
				   "code id_token token"),
};

static void read_text(struct arena *a, struct str text,
		      struct authorization_request *out)
{
	struct form form;

	assert(form_parse(a, text, &form) == FORM_OK);
	assert(!authorization_request_ambiguous(&form));
	authorization_request_read(&form, out);
}

/* What the rules let pass. */
static void check_rules(struct arena *a,
			const struct authorization_request *in)
{
	struct authorization_rules rules = { .type = NULL };
	struct exchange x = { .arena = a };
	const enum oauth_error e = authorization_request_check(&x, in, &client,
							       &rules);

	assert(x.error == e && (e != OAUTH_OK) == !rules.type);
	if (e)
		return;
	assert(rules.max_age >= -1);
	assert(!rules.prompt.none ||
	       (!rules.prompt.consent && !rules.prompt.create));
	assert(!in->code_challenge.ptr || !rules.type->code ||
	       in->code_challenge.len == 43);
	assert(!rules.type->id_token || in->nonce.len > 0);
	assert(response_mode_of(in->response_type, in->response_mode).place !=
		       PLACE_QUERY || !rules.type->token);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = fuzz_arena();
	struct authorization_request in, again;
	struct str text, without;
	struct form form;

	if (form_parse(a, fuzz_str(data, size), &form) != FORM_OK)
		return 0;
	authorization_request_read(&form, &in);
	text = authorization_request_text(a, &in, false);
	read_text(a, text, &again);
	assert(str_eq(authorization_request_text(a, &again, false), text));
	assert(str_eq(again.state, in.state));
	assert(str_eq(again.redirect_uri, in.redirect_uri));
	assert(str_eq(again.claims, in.claims));
	check_rules(a, &in);

	/* Who has just signed in is not asked to again. */
	without = authorization_request_text(a, &in, true);
	read_text(a, without, &again);
	assert(!str_list_has(again.prompt, STR("login")));
	assert(str_eq(again.state, in.state));
	assert(str_eq(authorization_request_text(a, &again, true), without));
	return 0;
}
