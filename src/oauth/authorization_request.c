/* authorization_request.c - the authorization request and its rules. */
#include "oauth/authorization_request.h"

#include <assert.h>

#include "base/json.h"
#include "http/url.h"
#include "oauth/params.h"
#include "oauth/pkce.h"

/* Ten years, where a client has a default_max_age to be overridden. */
#define ANY_AGE "315360000"

#define NONCE_MAX 1024	/* bytes */

#define P(member) PARAM(struct authorization_request, member, PARAM_OPTIONAL)
static const struct param request_params[] = {
	P(client_id), P(redirect_uri), P(response_type), P(scope), P(state),
	P(code_challenge), P(code_challenge_method), P(response_mode),
	P(nonce), P(prompt), P(display), P(max_age), P(ui_locales),
	P(id_token_hint), P(login_hint), P(acr_values), P(claims),
	P(request), P(request_uri), P(registration),
	PARAM_END
};
#undef P

static const struct str *member(const struct authorization_request *in,
				const struct param *p)
{
	return (const struct str *)(const void *)((const char *)in +
						  p->offset);
}

void authorization_request_read(const struct form *form,
				struct authorization_request *out)
{
	struct exchange unused = { .error = OAUTH_OK };
	enum oauth_error e;

	*out = (struct authorization_request){ .client_id = STR_NONE };
	e = params_bind(&unused, form, request_params, out);
	assert(e == OAUTH_OK);	/* nothing of it is required here */
}

/* What a person who has just signed in has done. */
static bool asks_for_sign_in(struct str word)
{
	return str_eq(word, STR("login")) || str_eq(word, STR("create")) ||
	       str_eq(word, STR("select_account"));
}

/* The other words of prompt, in the arena. */
static struct str prompt_without_login(struct arena *a, struct str prompt)
{
	struct buf b;
	struct str word;

	buf_init(&b, a);
	while ((word = str_word(&prompt)).ptr) {
		if (asks_for_sign_in(word))
			continue;
		if (b.len > 0)
			buf_char(&b, ' ');
		buf_add(&b, word);
	}
	return b.len > 0 ? buf_str(&b) : STR_NONE;
}

struct str authorization_request_text(struct arena *a,
				      const struct authorization_request *in,
				      bool without_login)
{
	struct authorization_request rq = *in;
	struct buf b;

	if (without_login) {
		rq.prompt = prompt_without_login(a, rq.prompt);
		if (rq.max_age.ptr)
			rq.max_age = STR(ANY_AGE);
	}
	buf_init(&b, a);
	for (const struct param *p = request_params; p->name.len > 0; p++) {
		if (member(&rq, p)->ptr)
			form_add(&b, p->name, *member(&rq, p));
	}
	return buf_str(&b);
}

/* As authorization_answer() will write it. */
static size_t length_in_location(struct arena *a, struct str state, bool jwt)
{
	struct buf b;

	buf_init(&b, a);
	if (!jwt) {
		url_escape(&b, state);
		return b.len;
	}
	json_string(&b, STR_NONE, state);
	return (b.len * 4 + 2) / 3;
}

bool authorization_state_fits(struct arena *a,
			      const struct authorization_request *in)
{
	const struct response_mode mode = response_mode_of(in->response_type,
							   in->response_mode);

	if (in->state.len > AUTHORIZATION_STATE_MAX)
		return false;
	return mode.place == PLACE_FORM_POST ||
	       length_in_location(a, in->state, mode.jwt) <=
		       AUTHORIZATION_STATE_MAX;
}

bool authorization_request_ambiguous(const struct form *form)
{
	size_t client_ids = 0, redirect_uris = 0;

	for (size_t i = 0; i < form->count; i++) {
		client_ids += str_eq(form->fields[i].name, STR("client_id"));
		redirect_uris += str_eq(form->fields[i].name,
					STR("redirect_uri"));
	}
	return client_ids > 1 || redirect_uris > 1;
}

/* A response type may have several words, so commas are between them. */
static bool is_listed(struct str types, struct str name)
{
	while (types.ptr) {
		if (str_eq(str_cut(&types, ','), name))
			return true;
	}
	return false;
}

/* A code is the authorization code grant's, all else the implicit one's. */
static bool client_may(const struct client *client,
		       const struct response_type *type)
{
	return is_listed(client->response_types, type->name) &&
	       (!type->code || str_list_has(client->grant_types,
					    STR("authorization_code"))) &&
	       ((!type->id_token && !type->token) ||
		str_list_has(client->grant_types, STR("implicit")));
}

static enum oauth_error check_response_type(
	struct exchange *x, const struct authorization_request *in,
	const struct client *client, const struct response_type **out)
{
	if (!in->response_type.ptr)
		return oauth_fail(x, OAUTH_INVALID_REQUEST,
				  "response_type is missing");
	*out = response_type_find(in->response_type);
	if (!*out)
		return oauth_fail(x, OAUTH_UNSUPPORTED_RESPONSE_TYPE,
				  "this server does not know the "
				  "response_type");
	if (!client_may(client, *out))
		return oauth_fail(x, OAUTH_UNAUTHORIZED_CLIENT,
				  "the client may not use the response_type");
	if (!response_mode_fits(*out, in->response_mode))
		return oauth_fail(x, OAUTH_INVALID_REQUEST,
				  "response_mode does not go with the "
				  "response_type");
	return OAUTH_OK;
}

static enum oauth_error check_pkce(struct exchange *x,
				   const struct authorization_request *in,
				   const struct client *client)
{
	if (!in->code_challenge.ptr) {
		/* RFC 9700 section 2.1.1: public clients MUST use PKCE. */
		if (client->require_pkce || client_is_public(client) ||
		    in->code_challenge_method.ptr)
			return oauth_fail(x, OAUTH_INVALID_REQUEST,
					  "code_challenge is missing");
		return OAUTH_OK;
	}
	/* RFC 7636 section 4.3: left out, it is "plain". */
	if (!str_eq(in->code_challenge_method, STR("S256")))
		return oauth_fail(x, OAUTH_INVALID_REQUEST,
				  "code_challenge_method must be S256");
	if (!pkce_is_challenge(in->code_challenge))
		return oauth_fail(x, OAUTH_INVALID_REQUEST,
				  "code_challenge is not the base64url "
				  "of a SHA-256 hash");
	return OAUTH_OK;
}

static enum oauth_error check_prompt(struct exchange *x, struct str prompt,
				     struct prompt *out)
{
	static const struct str known =
		STR_INIT("none login consent select_account create");
	size_t count = 0;
	struct str word;

	*out = (struct prompt){ .none = false };
	for (; (word = str_word(&prompt)).ptr; count++) {
		if (!str_list_has(known, word))
			return oauth_fail(x, OAUTH_INVALID_REQUEST,
					  "this server does not know the "
					  "prompt");
		out->none |= str_eq(word, STR("none"));
		out->login |= asks_for_sign_in(word);
		out->create |= str_eq(word, STR("create"));
		out->consent |= str_eq(word, STR("consent"));
	}
	if (out->none && count > 1)
		return oauth_fail(x, OAUTH_INVALID_REQUEST,
				  "prompt none goes with no other");
	return OAUTH_OK;
}

/* OpenID Connect Core sections 3.2.2.1 and 3.3.2.11: an ID token that a
 * browser brings is only good with a nonce. */
static enum oauth_error check_nonce(struct exchange *x,
				    const struct authorization_request *in,
				    const struct response_type *type)
{
	/* It comes back in what it protects, in a Location even. */
	if (in->nonce.len > NONCE_MAX)
		return oauth_fail(x, OAUTH_INVALID_REQUEST,
				  "nonce is too long");
	if (!type->id_token)
		return OAUTH_OK;
	if (!str_list_has(in->scope, STR("openid")))
		return oauth_fail(x, OAUTH_INVALID_SCOPE,
				  "an id_token needs the scope openid");
	if (!in->nonce.ptr)
		return oauth_fail(x, OAUTH_INVALID_REQUEST,
				  "nonce is missing");
	return OAUTH_OK;
}

static enum oauth_error check_person(struct exchange *x,
				     const struct authorization_request *in,
				     struct authorization_rules *out)
{
	if (in->max_age.ptr && !str_number(in->max_age, &out->max_age))
		return oauth_fail(x, OAUTH_INVALID_REQUEST,
				  "max_age is not a number of seconds");
	if (out->max_age == 0)
		out->prompt.login |= in->max_age.ptr != NULL;
	if (!claims_parse(x->arena, in->claims, &out->claims))
		return oauth_fail(x, OAUTH_INVALID_REQUEST,
				  "claims is no JSON object as in OpenID "
				  "Connect Core section 5.5");
	if (in->registration.ptr)
		return oauth_fail(x, OAUTH_REGISTRATION_NOT_SUPPORTED,
				  "this server does not take the parameter "
				  "registration");
	return OAUTH_OK;
}

enum oauth_error authorization_request_check(
	struct exchange *x, const struct authorization_request *in,
	const struct client *client, struct authorization_rules *out)
{
	struct authorization_rules rules = { .max_age = -1 };
	enum oauth_error e = check_response_type(x, in, client, &rules.type);

	if (!e && rules.type && rules.type->code)
		e = check_pkce(x, in, client);
	if (!e && rules.type)
		e = check_nonce(x, in, rules.type);
	if (!e)
		e = check_prompt(x, in->prompt, &rules.prompt);
	if (!e)
		e = check_person(x, in, &rules);
	if (!e)
		*out = rules;
	return e;
}
