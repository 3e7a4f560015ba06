/* grant.c - the table of grant types. */
#include "grant/grant.h"

static const struct grant grants[] = {
	{ STR_INIT("authorization_code"), authorization_code_at_once,
	  authorization_code_prepare, authorization_code_run },
	{ STR_INIT(GRANT_TYPE_DEVICE_CODE), NULL,
	  device_code_prepare, device_code_run },
	{ STR_INIT("client_credentials"), client_credentials_at_once,
	  client_credentials_prepare, client_credentials_run },
	{ STR_INIT("urn:ietf:params:oauth:grant-type:jwt-bearer"), NULL,
	  jwt_bearer_prepare, jwt_bearer_run },
	{ STR_INIT("password"), NULL, password_prepare, password_run },
	{ STR_INIT("refresh_token"), refresh_token_at_once,
	  refresh_token_prepare, refresh_token_run },
};

#define GRANTS (sizeof(grants) / sizeof(grants[0]))

const struct grant *grant_find(struct str grant_type)
{
	for (size_t i = 0; i < GRANTS; i++) {
		if (str_eq(grants[i].grant_type, grant_type))
			return &grants[i];
	}
	return NULL;
}

struct str grant_type_at(size_t i)
{
	return i < GRANTS ? grants[i].grant_type : STR_NONE;
}

enum oauth_error grant_serve(struct exchange *x,
			     const struct client_credentials *credentials,
			     const struct grant *grant,
			     const struct form *form)
{
	struct grant_request g = { .x = x, .form = form };
	struct db_call *load = client_load_ask(&g.first, x->arena,
					       credentials->client_id);
	enum oauth_error unprepared = grant->prepare(&g);
	struct str why = x->description;
	enum oauth_error e = oauth_db(x, DB_READ, &g.first);

	if (!e)
		e = client_auth_verify(x, credentials, load, &g.client);
	if (e)
		return e;
	if (!str_list_has(g.client.grant_types, grant->grant_type))
		return oauth_fail(x, OAUTH_UNAUTHORIZED_CLIENT,
				  "the client may not use the grant_type");
	if (unprepared)
		return oauth_fail_str(x, unprepared, why);
	e = grant->run(&g);
	if (!e && grant->at_once && x->long_way)
		(g.in_passing ? long_way_forget : long_way_note)(
			x->long_way, grant->grant_type, g.client.client_id);
	return e;
}
