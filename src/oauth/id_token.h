/*
 * id_token.h - the ID token (OpenID Connect Core section 2).
 */
#ifndef OAUTH_ID_TOKEN_H
#define OAUTH_ID_TOKEN_H

#include "oauth/signing.h"
#include "store/client.h"

struct id_token {
	const struct client *client;
	const struct subject *subject;
	struct str access_token, code;	/* for at_hash and c_hash; or absent */
	/*
	 * The scope whose claims are in it: of a request that gets no access
	 * token to ask UserInfo with (section 5.4); otherwise absent.
	 */
	struct str scope;
};

/* The JWT, in the arena. */
struct str id_token_make(struct exchange *x, const struct signer *s,
			 const struct id_token *t);

#endif
