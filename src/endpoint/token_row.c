/* token_row.c - a token that a client asks about. */
#include "endpoint/token_row.h"

#include "oauth/params.h"

static const struct param token_params[] = {
	PARAM(struct token_query, token, PARAM_REQUIRED),
	PARAM(struct token_query, token_type_hint, PARAM_OPTIONAL),
	PARAM_END
};

static void find_row(struct token_query *q)
{
	static const enum credential_kind kinds[] = {
		CREDENTIAL_ACCESS_TOKEN, CREDENTIAL_REFRESH_TOKEN,
	};
	struct credential c;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!credential_parse(q->token, kinds[i], &q->key.slot, &c))
			continue;
		q->well_formed = true;
		q->kind = kinds[i];
		q->key.hash = credential_hash(&c);
		return;
	}
}

static bool is_known_hint(struct str hint)
{
	return !hint.ptr || str_eq(hint, STR("access_token")) ||
	       str_eq(hint, STR("refresh_token"));
}

/* With a secret that we generated; *done false: the long way finds out more. */
static enum oauth_error look_up_shortly(struct exchange *x,
					struct token_query *q,
					const struct client_credentials *c,
					token_row_ask *ask, bool *done)
{
	struct str verifier = secret_fast_verifier(x->arena,
						   c->client_secret);
	const struct db_call *check;
	enum oauth_error e;

	if (!verifier.ptr)
		return OAUTH_OK;
	check = client_check_ask(&q->first, x->arena, c->client_id, verifier,
				 c->method);
	if (ask && q->well_formed)
		ask(q, x->arena);
	e = oauth_db(x, DB_READ, &q->first);
	if (e)
		return e;
	*done = client_check_read(check, c->client_id, c->method, &q->client);
	return OAUTH_OK;
}

/* One round trip: who asks, and what they ask about. */
static enum oauth_error look_up(struct exchange *x, struct token_query *q,
				const struct client_credentials *credentials,
				token_row_ask *ask)
{
	bool done = false;
	struct db_call *load;
	enum oauth_error e = look_up_shortly(x, q, credentials, ask, &done);

	if (e || done)
		return e;
	q->first = (struct db_work){ .count = 0 };
	q->found = NULL;
	load = client_load_ask(&q->first, x->arena, credentials->client_id);
	if (ask && q->well_formed)
		ask(q, x->arena);
	e = oauth_db(x, DB_READ, &q->first);
	return e ? e : client_auth_verify(x, credentials, load, &q->client);
}

enum oauth_error token_query_read(struct exchange *x, struct token_query *q,
				  token_row_ask *ask)
{
	struct client_credentials credentials;
	struct form form;
	struct str why;
	enum oauth_error unbound, e = params_read_body(x, &form);

	*q = (struct token_query){ .well_formed = false };
	if (!e)
		e = client_auth_read(x, &form, &credentials);
	if (e)
		return e;
	unbound = params_bind(x, &form, token_params, q);
	why = x->description;
	find_row(q);
	e = look_up(x, q, &credentials, ask);
	if (e)
		return e;
	if (unbound)
		return oauth_fail_str(x, unbound, why);
	if (!is_known_hint(q->token_type_hint))
		return oauth_fail(x, OAUTH_UNSUPPORTED_TOKEN_TYPE,
				  "token_type_hint is not one of ours");
	return OAUTH_OK;
}
