/*
 * client_assertion.h - the rules for assertions (RFC 7521, RFC 7523, OpenID
 * Connect Core section 9): who signed what for whom, and until when.
 *
 * A client's assertion says who the client is (RFC 7523 section 2.2), one of
 * the JWT bearer grant who a person is (section 2.1).  All here is pure: whose
 * keys, and whether it was used before, is for client_keys.h.
 */
#ifndef OAUTH_CLIENT_ASSERTION_H
#define OAUTH_CLIENT_ASSERTION_H

#include "jose/jwt.h"

#define CLIENT_ASSERTION_TYPE \
	"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

/*
 * Seconds.  The clocks of two machines that keep time differ by less than
 * ASSERTION_SKEW: OpenID certification sends nbf and iat 8 to 10 seconds ahead
 * and wants them accepted, and 60 seconds refused.  ASSERTION_LIFE bounds how
 * long a stolen one is good and a used jti is kept; it is what client libraries
 * (Authlib, Google's) set at most.
 */
#define ASSERTION_SKEW 30
#define ASSERTION_LIFE 3600

#define ASSERTION_JTI_MAX 256	/* bytes */

/* Read, and nothing of it believed yet. */
struct assertion {
	struct jws jws;
	const struct json *claims;
	struct str iss, sub, jti;	/* absent: none, or no strings */
	long long exp;			/* 0: none, or no number */
};

/* What it is judged by. */
struct assertion_rules {
	struct str client_id;	/* of the client that the request is from */
	struct str issuer;	/* ours */
	struct str endpoint;	/* the path that was called, as ours */
	long long now;		/* the database's */
	struct str alg;		/* the one that is registered, or absent */
	bool fapi2;		/* FAPI 2.0 Security Profile section 5.3.2.1 */
};

/* Absent: it is read; else why it is none. */
struct str assertion_parse(struct arena *a, struct str text,
			   struct assertion *out);

/* Absent: the assertion is by the rules, if the signature is; else why not:
 * a literal, for the log. */
struct str client_assertion_fault(const struct assertion *as,
				  const struct assertion_rules *r);
struct str grant_assertion_fault(const struct assertion *as,
				 const struct assertion_rules *r);

#endif
