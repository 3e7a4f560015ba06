/*
 * authorization_request.h - the authorization request (RFC 6749 sections 4.1.1
 * and 4.2.1, OpenID Connect Core section 3) and what the rules make of it.
 *
 * Errors come in two kinds.  As long as client_id and redirect_uri are not
 * known to belong together, the person is told and the browser goes nowhere
 * (RFC 6749 section 4.1.2.1); after that, the client is told by a redirect.
 */
#ifndef OAUTH_AUTHORIZATION_REQUEST_H
#define OAUTH_AUTHORIZATION_REQUEST_H

#include "oauth/claims.h"
#include "oauth/exchange.h"
#include "oauth/response_type.h"
#include "store/client.h"

/*
 * The most that a request, written out as a query string, may have: it is
 * repeated in a Location, and Apache makes a 500 of one over 8190 bytes.
 */
#define AUTHORIZATION_REQUEST_MAX 7500
/*
 * The most of a state, where the request travels as a handle: of its bytes, and
 * of what they take in a Location.
 */
#define AUTHORIZATION_STATE_MAX 4096

struct authorization_request {
	struct str client_id, redirect_uri, response_type, scope, state;
	struct str code_challenge, code_challenge_method;
	struct str response_mode;
	/* OpenID Connect Core section 3.1.2.1 */
	struct str nonce, prompt, display, max_age, ui_locales;
	struct str id_token_hint, login_hint, acr_values, claims;
	/* Sections 6 and 7.2.1 */
	struct str request, request_uri, registration;
};

/* The value of prompt (OpenID Connect Core section 3.1.2.1). */
struct prompt {
	bool none, login, consent, create;
};

/* What the rules make of a request. */
struct authorization_rules {
	const struct response_type *type;
	struct prompt prompt;
	long long max_age;		/* seconds; -1: any will do */
	struct claims_request claims;
};

/*
 * Take the parameters from the form.  Never fails: what is missing or stands
 * twice is judged later, by its own rule.
 */
void authorization_request_read(const struct form *form,
				struct authorization_request *out);

/*
 * The request again as a query string, in the arena; without what asks for a
 * new sign-in, where the person is about to do that.
 */
struct str authorization_request_text(struct arena *a,
				      const struct authorization_request *in,
				      bool without_login);

/*
 * May a request that travels as a handle have its state?  The answer repeats
 * it, percent-encoded or, signed, in base64 of JSON: a byte can take eight.
 */
bool authorization_state_fits(struct arena *a,
			      const struct authorization_request *in);

/*
 * Does any parameter stand twice?  Of client_id and redirect_uri it makes the
 * whole request untrustworthy.
 */
bool authorization_request_ambiguous(const struct form *form);

/* The rules that are answered by a redirect, in the order of RFC 6749. */
enum oauth_error authorization_request_check(
	struct exchange *x, const struct authorization_request *in,
	const struct client *client, struct authorization_rules *out)
	__attribute__((warn_unused_result));

#endif
