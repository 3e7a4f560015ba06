/* grant.c - the table of grant types. */
#include "grant/grant.h"

static const struct grant grants[] = {
	{ STR_INIT("authorization_code"), NULL,
	  authorization_code_prepare, authorization_code_run },
	{ STR_INIT("client_credentials"), client_credentials_at_once,
	  client_credentials_prepare, client_credentials_run },
	{ STR_INIT("password"), NULL, password_prepare, password_run },
	{ STR_INIT("refresh_token"), NULL,
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
