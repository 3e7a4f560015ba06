/*
 * authorization_request.h - the authorization request (RFC 6749 sections 4.1.1
 * and 4.2.1) and what the rules make of it.
 *
 * Errors come in two kinds.  As long as client_id and redirect_uri are not
 * known to belong together, the person is told and the browser goes nowhere
 * (RFC 6749 section 4.1.2.1); after that, the client is told by a redirect.
 */
#ifndef OAUTH_AUTHORIZATION_REQUEST_H
#define OAUTH_AUTHORIZATION_REQUEST_H

#include "oauth/exchange.h"
#include "store/client.h"

/*
 * The most that a request, written out as a query string, may have: it is
 * repeated in a Location, and Apache makes a 500 of one over 8190 bytes.
 */
#define AUTHORIZATION_REQUEST_MAX 7500

struct authorization_request {
	struct str client_id, redirect_uri, response_type, scope, state;
	struct str code_challenge, code_challenge_method;
	struct str nonce, prompt;
};

/* The value of prompt (OpenID Connect Core section 3.1.2.1), as far as it
 * makes sense here. */
struct prompt {
	bool none, login, consent;
};

/*
 * Take the parameters from the form.  Never fails: what is missing or stands
 * twice is judged later, by its own rule.
 */
void authorization_request_read(const struct form *form,
				struct authorization_request *out);

/*
 * The request again as a query string, in the arena; without prompt "login",
 * where the person is about to do that.
 */
struct str authorization_request_text(struct arena *a,
				      const struct authorization_request *in,
				      bool without_login);

/*
 * Does any parameter stand twice?  Of client_id and redirect_uri it makes the
 * whole request untrustworthy.
 */
bool authorization_request_ambiguous(const struct form *form);

/* The rules that are answered by a redirect, in the order of RFC 6749. */
enum oauth_error authorization_request_check(
	struct exchange *x, const struct authorization_request *in,
	const struct client *client, struct prompt *prompt)
	__attribute__((warn_unused_result));

/* Are answers of this response_type put in the fragment?  (RFC 6749 4.2.2.) */
bool response_type_uses_fragment(struct str response_type);

/* All of them, in order; absent at the end. */
struct str response_type_at(size_t i);

#endif
