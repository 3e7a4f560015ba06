/*
 * authorization_query.h - the authorization request that a query string makes.
 */
#ifndef TESTS_AUTHORIZATION_QUERY_H
#define TESTS_AUTHORIZATION_QUERY_H

#include "oauth/authorization_request.h"

__attribute__((unused))
static struct authorization_request read_query(struct arena *a,
					       struct str query)
{
	struct authorization_request in = { .client_id = STR_NONE };
	struct form form;

	if (form_parse(a, query, &form) == FORM_OK)
		authorization_request_read(&form, &in);
	return in;
}

#endif
