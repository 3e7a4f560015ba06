/*
 * endpoint.h - the endpoints, each a function that answers an exchange.
 */
#ifndef ENDPOINT_ENDPOINT_H
#define ENDPOINT_ENDPOINT_H

#include "oauth/exchange.h"

/* Who reads an error that is found before the endpoint runs. */
enum endpoint_kind {
	ENDPOINT_PAGE,		/* a person, with a browser */
	ENDPOINT_JSON,		/* a client */
	ENDPOINT_BEARER		/* a client that presents an access token */
};

struct endpoint {
	/* What a request's path ends with; where this ends with '/', with one
	 * segment more. */
	struct str path;
	struct str methods;	/* words; OPTIONS is added where cors is set */
	void (*run)(struct exchange *x);
	enum endpoint_kind kind;
	/*
	 * Scripts of any origin may call it, without credentials of the
	 * browser's: what they present is in the request itself.
	 */
	bool cors;
};

#define ENDPOINT_END { STR_INIT(""), STR_INIT(""), NULL, ENDPOINT_JSON, false }

void authorize_endpoint(struct exchange *x);	/* RFC 6749 section 3.1 */
void sign_in_endpoint(struct exchange *x);
void create_account_endpoint(struct exchange *x);
void consent_endpoint(struct exchange *x);
void device_endpoint(struct exchange *x);	/* RFC 8628 section 3.3 */
void device_qr_endpoint(struct exchange *x);
void logout_endpoint(struct exchange *x);	/* RP-Initiated Logout */

void token_endpoint(struct exchange *x);	/* RFC 6749 section 3.2 */
void pushed_request_endpoint(struct exchange *x);	/* RFC 9126 */
void device_authorization_endpoint(struct exchange *x);	/* RFC 8628 */
void revocation_endpoint(struct exchange *x);	/* RFC 7009 */
void introspection_endpoint(struct exchange *x); /* RFC 7662 */
void registration_endpoint(struct exchange *x);	/* RFC 7591 */
/* RFC 7592, below /oauth/register/ */
void client_configuration_endpoint(struct exchange *x);

void me_endpoint(struct exchange *x);		/* GET /api/me */
/* OpenID Connect Core section 5.3 */
void userinfo_endpoint(struct exchange *x);

void metadata_endpoint(struct exchange *x);	/* RFC 8414 */
void jwks_endpoint(struct exchange *x);		/* RFC 7517 section 5 */
void health_endpoint(struct exchange *x);

#endif
