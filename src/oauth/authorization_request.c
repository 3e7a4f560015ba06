/* authorization_request.c - the authorization request and its rules. */
#include "oauth/authorization_request.h"

#include "oauth/params.h"
#include "oauth/pkce.h"

#define P(member) PARAM(struct authorization_request, member, PARAM_OPTIONAL)
static const struct param request_params[] = {
	P(client_id), P(redirect_uri), P(response_type), P(scope), P(state),
	P(code_challenge), P(code_challenge_method), P(nonce), P(prompt),
	PARAM_END
};
#undef P

static const struct response_type {
	struct str response_type, grant_type;
	bool fragment, pkce;
} response_types[] = {
	{ STR_INIT("code"), STR_INIT("authorization_code"), false, true },
	{ STR_INIT("token"), STR_INIT("implicit"), true, false },
};

#define RESPONSE_TYPES (sizeof(response_types) / sizeof(response_types[0]))

static const struct response_type *find_response_type(struct str name)
{
	for (size_t i = 0; i < RESPONSE_TYPES; i++) {
		if (str_eq(response_types[i].response_type, name))
			return &response_types[i];
	}
	return NULL;
}

struct str response_type_at(size_t i)
{
	return i < RESPONSE_TYPES ? response_types[i].response_type : STR_NONE;
}

bool response_type_uses_fragment(struct str response_type)
{
	const struct response_type *t = find_response_type(response_type);

	return t && t->fragment;
}

static const struct str *member(const struct authorization_request *in,
				const struct param *p)
{
	return (const struct str *)(const void *)((const char *)in +
						  p->offset);
}

void authorization_request_read(const struct form *form,
				struct authorization_request *out)
{
	*out = (struct authorization_request){ .client_id = STR_NONE };
	/* Nothing of it is required here, so nothing can fail. */
	if (params_bind(NULL, form, request_params, out))
		*out = (struct authorization_request){ .client_id = STR_NONE };
}

/* The words of prompt but "login", in the arena. */
static struct str prompt_without_login(struct arena *a, struct str prompt)
{
	struct buf b;
	struct str word;

	buf_init(&b, a);
	while ((word = str_word(&prompt)).ptr) {
		if (str_eq(word, STR("login")) ||
		    str_eq(word, STR("select_account")))
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

	if (without_login && rq.prompt.ptr)
		rq.prompt = prompt_without_login(a, rq.prompt);
	buf_init(&b, a);
	for (const struct param *p = request_params; p->name.len > 0; p++) {
		if (member(&rq, p)->ptr)
			form_add(&b, p->name, *member(&rq, p));
	}
	return buf_str(&b);
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

static enum oauth_error check_response_type(
	struct exchange *x, const struct authorization_request *in,
	const struct client *client, const struct response_type **out)
{
	if (!in->response_type.ptr)
		return oauth_fail(x, OAUTH_INVALID_REQUEST,
				  "response_type is missing");
	*out = find_response_type(in->response_type);
	if (!*out)
		return oauth_fail(x, OAUTH_UNSUPPORTED_RESPONSE_TYPE,
				  "this server does not know the "
				  "response_type");
	if (!str_list_has(client->response_types, in->response_type) ||
	    !str_list_has(client->grant_types, (*out)->grant_type))
		return oauth_fail(x, OAUTH_UNAUTHORIZED_CLIENT,
				  "the client may not use the response_type");
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
				  "code_challenge is not one of S256");
	return OAUTH_OK;
}

static enum oauth_error check_prompt(struct exchange *x, struct str prompt,
				     struct prompt *out)
{
	bool several = false;
	struct str word;

	*out = (struct prompt){ .none = false };
	for (size_t n = 0; (word = str_word(&prompt)).ptr; n++) {
		several |= n > 0;
		out->none |= str_eq(word, STR("none"));
		out->login |= str_eq(word, STR("login")) ||
			      str_eq(word, STR("select_account"));
		out->consent |= str_eq(word, STR("consent"));
	}
	if (out->none && several)
		return oauth_fail(x, OAUTH_INVALID_REQUEST,
				  "prompt none goes with no other");
	return OAUTH_OK;
}

enum oauth_error authorization_request_check(
	struct exchange *x, const struct authorization_request *in,
	const struct client *client, struct prompt *prompt)
{
	const struct response_type *type = NULL;
	enum oauth_error e = check_response_type(x, in, client, &type);

	if (!e && type && type->pkce)
		e = check_pkce(x, in, client);
	return e ? e : check_prompt(x, in->prompt, prompt);
}
