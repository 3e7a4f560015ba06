/*
 * claims.h - what is said of a person, and to whom (OpenID Connect Core
 * sections 5.1, 5.4 and 5.5).
 */
#ifndef OAUTH_CLAIMS_H
#define OAUTH_CLAIMS_H

#include "base/json.h"

/* The claims parameter (section 5.5); both NULL where it asks for nothing. */
struct claims_request {
	const struct json *userinfo, *id_token;
};

/*
 * Read it.  An absent text asks for nothing.  False where it is no JSON object,
 * or its members are none: nothing else can be wrong with it, for claims that
 * are not understood are ignored.
 */
bool claims_parse(struct arena *a, struct str text, struct claims_request *out);

/*
 * The scopes that the claims asked for one by one belong to, as words in the
 * arena: what the person has to agree to.
 */
struct str claims_scope(struct arena *a, const struct claims_request *in);

/*
 * The request again, with nothing but claims that OpenID Connect defines and
 * that are of the scopes in allowed: as text in the arena, absent where none is
 * left.
 */
struct str claims_narrow(struct arena *a, const struct claims_request *in,
			 struct str allowed);

/*
 * Does the request ask for this claim with a value, or values, of which none is
 * have?  (Section 5.5.1; have may be absent.)  Only of essential claims where
 * essential is set.
 */
bool claims_unmet(const struct claims_request *in, struct str name,
		  struct str have, bool essential);

/*
 * Add the members that scope covers or asked names: of claims what OpenID
 * Connect defines, of more_claims (oauth.claims_for()) everything.  Both are
 * JSON texts, or absent; what is in both is taken from more_claims.
 */
void claims_write(struct arena *a, struct buf *b, struct str scope,
		  const struct json *asked, struct str claims,
		  struct str more_claims);

/* All that OpenID Connect defines, as words: for the metadata document. */
struct str claims_supported(struct arena *a);

#endif
