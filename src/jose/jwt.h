/*
 * jwt.h - reading the claims of a JSON Web Token (RFC 7519).
 *
 * Which claims must be there, and what they must say, is for the caller: it
 * differs from one kind of token to the next (RFC 8725 section 3.12).
 */
#ifndef JOSE_JWT_H
#define JOSE_JWT_H

#include "jose/jws.h"

/* The payload, where it is one JSON object; verify j first. */
bool jwt_claims(struct arena *a, const struct jws *j, const struct json **out);

enum jwt_claim {
	JWT_ABSENT,
	JWT_OK,
	JWT_WRONG	/* there, but of another type */
};

/* A NumericDate (RFC 7519 section 2); of a fraction, the second it is in. */
enum jwt_claim jwt_number_read(const struct json *claims, struct str name,
			       long long *out)
	__attribute__((warn_unused_result));

/* The same for a string, which may be empty. */
enum jwt_claim jwt_text_read(const struct json *claims, struct str name,
			     struct str *out)
	__attribute__((warn_unused_result));

/* Where it does not matter whether it is absent or wrong: was it read? */
bool jwt_number(const struct json *claims, struct str name, long long *out);

/*
 * Is aud the audience, or one of the audiences?  A string or an array of
 * strings (RFC 7519 section 4.1.3); one member that is no string, and the
 * answer is no.
 */
bool jwt_audience_has(const struct json *claims, struct str aud);

#endif
