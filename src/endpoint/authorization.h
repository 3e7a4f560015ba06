/*
 * authorization.h - an authorization request on its way through the browser:
 * what the authorization endpoint, sign-in and consent share.
 *
 * Between the pages the request travels in the form itself.  It is judged anew
 * at each step, and the form carries a token that ties it to this browser
 * (form_token.h).  So nothing has to be stored before there is a code.
 */
#ifndef ENDPOINT_AUTHORIZATION_H
#define ENDPOINT_AUTHORIZATION_H

#include "endpoint/sign_in.h"
#include "endpoint/visitor.h"
#include "oauth/authorization_request.h"
#include "store/pushed_request.h"

struct authorization {
	struct authorization_request in;
	/*
	 * A request that was pushed, or came signed, is kept in a row and
	 * travels as its handle; absent: the request travels itself.
	 */
	struct str request_uri;
	struct pushed_request kept;

	struct client client;
	struct authorization_rules rules;

	struct str issuer;
	bool secure;			/* the issuer is https */
	long long session_lifetime;	/* seconds */
	bool account_creation;	/* may people make accounts? */

	struct str redirect_uri;	/* absent until known to be good */
	struct str scope;		/* what would be granted */
	struct str hinted_sub;	/* of id_token_hint, or absent */
	struct str claims;		/* what the claims parameter adds */
	struct str consent_scope;	/* what the person has to agree to */
	struct db_work first;
	const struct db_call *scopes;
	/* The key of a signed answer, and whom an ID token would be about;
	 * NULL where neither is asked for. */
	const struct db_call *answer_key, *subject, *hint;

	bool signed_in;
	struct session session;
	struct hash cookie_hash;	/* of the session, where signed in */
};

/*
 * Everything up to the person: the client, the redirect_uri, the rules, who is
 * signed in; one round trip.  False: the answer has been written, as a page or
 * as a redirect.
 */
bool authorization_open(struct exchange *x, const struct form *form,
			struct authorization *z);

/*
 * Where the request is kept or signed: take the parameters from there (RFC
 * 9101, RFC 9126).  z->in is the outer request before, the inner one after.
 * A failure is not yet answered: there may be nobody to redirect to.
 */
enum oauth_error authorization_unpack(struct exchange *x,
				      struct authorization *z)
	__attribute__((warn_unused_result));

/*
 * Verify a request object of z->client's (RFC 9101) and take the parameters
 * from there, so that z->kept could be stored.  Otherwise
 * invalid_request_object, not yet answered.
 */
enum oauth_error authorization_read_object(struct exchange *x,
					   struct authorization *z,
					   struct str text)
	__attribute__((warn_unused_result));

/* Load what the scopes asked for are: later z->scopes. */
struct db_call *authorization_scopes_ask(
	struct exchange *x, struct db_work *w,
	const struct authorization_request *in);

/* What would be granted: z->scope, claims and consent_scope, by z->rules. */
enum oauth_error authorization_choose_scope(struct exchange *x,
					    struct authorization *z)
	__attribute__((warn_unused_result));

/*
 * The request as the forms carry it; without what asks for a new sign-in, where
 * the person is about to do that.
 */
struct str authorization_text(struct exchange *x,
			      const struct authorization *z,
			      bool without_login);

/* Answer the client with x's failure. */
void authorization_fail(struct exchange *x, const struct authorization *z);

#define ANSWER_FIELDS 12

/* What the client is told; fields that are absent are not. */
struct answer {
	struct field fields[ANSWER_FIELDS];
	size_t count;
};

void answer_add(struct answer *to, struct str name, struct str value);

/* Answer the client, with state and iss, in its response_mode. */
void authorization_answer(struct exchange *x, const struct authorization *z,
			  struct answer *answer);

/* The sign-in page, after which the request goes on. */
void authorization_ask_sign_in(struct exchange *x,
			       const struct authorization *z, int status,
			       struct str username, enum page_message fault);
struct sign_in_page authorization_sign_in(struct exchange *x,
					  const struct authorization *z);

/* The words of scope for a page, with what they mean, in the arena; load: the
 * answered scope_load_ask(). */
size_t authorization_scopes(struct exchange *x, const struct db_call *load,
			    struct str scope, struct page_scope **out);

/* The consent page. */
void authorization_ask_consent(struct exchange *x,
			       const struct authorization *z);

/* Did this browser get this consent form for this request? */
bool authorization_form_is_ours(struct exchange *x,
				const struct authorization *z,
				struct str request, struct str given);

/* Issue what response_type says, and answer. */
void authorization_grant(struct exchange *x, const struct authorization *z,
			 bool consent_given);

/* A page of x's failure, for the person. */
void authorization_error_page(struct exchange *x, enum page_message text);

#endif
