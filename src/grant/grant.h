/*
 * grant.h - the grant types, each a file and a row of the table in grant.c.
 *
 * A grant has two steps, so that the client's row and what the grant must look
 * up come in one round trip:
 *
 *   prepare  binds its parameters and adds its lookup to g->first;
 *   run      has the client authenticated and the lookup answered, applies
 *            the rules, issues tokens and writes the answer.
 *
 * A grant may have a short cut besides: at_once does all of it by one
 * statement, where that can say yes.  It never says no: then nothing has
 * happened, and the two steps find out why.  noted: that was so a moment ago,
 * and the client was served by the two steps.
 */
#ifndef GRANT_GRANT_H
#define GRANT_GRANT_H

#include "oauth/client_auth.h"
#include "oauth/exchange.h"
#include "oauth/signing.h"
#include "store/client.h"
#include "store/token.h"

/* RFC 8628 section 3.4 */
#define GRANT_TYPE_DEVICE_CODE "urn:ietf:params:oauth:grant-type:device_code"

struct grant_request {
	struct exchange *x;
	const struct form *form;
	struct client client;	/* for run */
	struct db_work first;
	void *in;		/* the grant's own, from prepare to run */
	bool in_passing;	/* set by run: the short cut will do, next */

	/* Of issue_prepare(), for issue_reply(). */
	bool with_id_token;
	struct signer id_token_signer, access_token_signer;
};

struct grant {
	struct str grant_type;
	/* OAUTH_OK and *done false: go the long way. */
	enum oauth_error (*at_once)(struct exchange *x,
				    const struct client_credentials *c,
				    const struct form *form, bool noted,
				    bool *done);
	enum oauth_error (*prepare)(struct grant_request *g);
	enum oauth_error (*run)(struct grant_request *g);
};

/* NULL: no such grant type here. */
const struct grant *grant_find(struct str grant_type);

/* All of them, in order; absent at the end. */
struct str grant_type_at(size_t i);

/*
 * Both steps, with the client authenticated between them, and its right to the
 * grant type looked at.  Who asks is settled before what they ask: an error of
 * the grant's own parameters is told to an authenticated client alone.
 */
enum oauth_error grant_serve(struct exchange *x,
			     const struct client_credentials *credentials,
			     const struct grant *grant,
			     const struct form *form)
	__attribute__((warn_unused_result));

enum oauth_error authorization_code_at_once(struct exchange *x,
					    const struct client_credentials *c,
					    const struct form *form,
					    bool noted, bool *done);
enum oauth_error authorization_code_prepare(struct grant_request *g);
enum oauth_error authorization_code_run(struct grant_request *g);
enum oauth_error client_credentials_at_once(struct exchange *x,
					    const struct client_credentials *c,
					    const struct form *form,
					    bool noted, bool *done);
enum oauth_error client_credentials_prepare(struct grant_request *g);
enum oauth_error client_credentials_run(struct grant_request *g);
enum oauth_error device_code_prepare(struct grant_request *g);
enum oauth_error device_code_run(struct grant_request *g);
enum oauth_error jwt_bearer_prepare(struct grant_request *g);
enum oauth_error jwt_bearer_run(struct grant_request *g);
enum oauth_error password_prepare(struct grant_request *g);
enum oauth_error password_run(struct grant_request *g);
enum oauth_error refresh_token_at_once(struct exchange *x,
				       const struct client_credentials *c,
				       const struct form *form, bool noted,
				       bool *done);
enum oauth_error refresh_token_prepare(struct grant_request *g);
enum oauth_error refresh_token_run(struct grant_request *g);

#endif
