/*
 * access_jwt.h - access tokens that carry themselves (RFC 9068).
 */
#ifndef OAUTH_ACCESS_JWT_H
#define OAUTH_ACCESS_JWT_H

#include "oauth/signing.h"
#include "store/client.h"
#include "store/token.h"

struct access_jwt {
	const struct client *client;
	const struct subject *subject;	/* NULL: the client's own token */
	struct str authorization_id;	/* absent likewise */
	struct str scope;
	long long lifetime;		/* seconds */
};

/* The JWT, in the arena. */
struct str access_jwt_make(struct exchange *x, const struct signer *s,
			   const struct access_jwt *t);

/* Has the text the form of one: is it not one of our opaque tokens? */
bool access_jwt_is(struct str text);

/*
 * Is this one of ours, and how do things stand with it: one round trip.  False:
 * not a token of this server, with the reason recorded.  out->state is "live"
 * or why not, as with opaque ones.
 */
enum oauth_error access_jwt_check(struct exchange *x, struct str text,
				  bool *ours, struct introspected *out)
	__attribute__((warn_unused_result));

#endif
