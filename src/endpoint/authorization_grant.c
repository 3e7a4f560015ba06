/*
 * authorization_grant.c - what the authorization endpoint issues: a code, an
 * access token, an ID token, or several of these (RFC 6749 sections 4.1.2 and
 * 4.2.2, OpenID Connect Core sections 3.2 and 3.3).
 */
#include "endpoint/authorization.h"

#include <string.h>

#include "oauth/access_jwt.h"
#include "oauth/id_token.h"
#include "store/code.h"

/* What is about to be issued, and what came of storing it. */
struct issue {
	const struct response_type *type;
	struct subject subject;
	struct signer id_token_signer, access_token_signer;

	struct credential code;
	struct hash code_hash;
	struct token_issue tokens;

	struct db_work work;
	const struct db_call *code_call, *token_call;
};

/* The keys, before anything is stored. */
static enum oauth_error open_keys(struct exchange *x,
				  const struct authorization *z,
				  struct issue *i)
{
	const struct client *c = &z->client;
	enum oauth_error e = OAUTH_OK;

	if (z->subject)
		i->subject = subject_load_read(z->subject);
	i->subject.nonce = z->in.nonce;
	i->subject.requested_claims = z->claims;
	if (i->type->id_token)
		e = signer_open(x, &i->subject.key, c->client_id,
				STR("id_token"), &i->id_token_signer);
	if (!e && i->type->token && c->jwt_access_token)
		e = signer_open(x, &c->access_token_key, c->client_id,
				STR("access_token"), &i->access_token_signer);
	return e;
}

static void ask_code(struct exchange *x, const struct authorization *z,
		     bool consent_given, struct issue *i)
{
	const struct code_issue issue = {
		.code_hash = &i->code_hash,
		.cookie_hash = &z->cookie_hash,
		.client_id = z->client.client_id,
		.redirect_uri = z->redirect_uri,
		.scope = z->scope,
		.nonce = z->in.nonce,
		.code_challenge = z->in.code_challenge,
		.claims = z->claims,
		.consent_scope = z->consent_scope,
		.kept = z->request_uri.ptr ? &z->kept.hash : NULL,
		.redirect_uri_given = z->in.redirect_uri.ptr != NULL,
		.consent_given = consent_given,
		.with_id_token = i->type->id_token,
	};

	i->code = credential_new();
	i->code_hash = credential_hash(&i->code);
	i->code_call = code_issue_ask(&i->work, x->arena, &issue);
}

/* Also for an ID token alone: what the person has signed in to is known, and
 * ends with their session. */
static void ask_token(struct exchange *x, const struct authorization *z,
		      bool consent_given, struct issue *i)
{
	const struct implicit_issue issue = {
		.cookie_hash = &z->cookie_hash,
		.client_id = z->client.client_id,
		.scope = z->scope,
		.claims = z->claims,
		.consent_scope = z->consent_scope,
		/* Where there is a code, that has used it up. */
		.kept = z->request_uri.ptr && !i->type->code ? &z->kept.hash
							     : NULL,
		.consent_given = consent_given,
	};

	i->tokens.access_token = credential_new();
	i->tokens.access_hash = credential_hash(&i->tokens.access_token);
	i->tokens.access_token_lifetime = z->client.access_token_lifetime;
	i->tokens.no_access_row = !i->type->token ||
				  z->client.jwt_access_token;
	i->token_call = implicit_issue_ask(&i->work, x->arena, &issue,
					   &i->tokens);
}

static struct str access_token(struct exchange *x,
			       const struct authorization *z,
			       const struct issue *i,
			       const struct token_slots *slots)
{
	const struct access_jwt jwt = {
		.client = &z->client,
		.subject = z->subject ? &i->subject : NULL,
		.authorization_id = slots->authorization_id,
		.scope = z->scope,
		.lifetime = i->tokens.access_token_lifetime,
	};

	if (z->client.jwt_access_token)
		return access_jwt_make(x, &i->access_token_signer, &jwt);
	return credential_text(x->arena, CREDENTIAL_ACCESS_TOKEN,
			       slots->access, &i->tokens.access_token);
}

static void add_token(struct exchange *x, const struct authorization *z,
		      const struct issue *i, const struct token_slots *slots,
		      struct answer *out)
{
	struct buf expires_in;

	buf_init(&expires_in, x->arena);
	buf_addf(&expires_in, "%lld", i->tokens.access_token_lifetime);
	answer_add(out, STR("access_token"), access_token(x, z, i, slots));
	answer_add(out, STR("token_type"), STR("Bearer"));
	answer_add(out, STR("expires_in"), buf_str(&expires_in));
	if (z->scope.len > 0)
		answer_add(out, STR("scope"), z->scope);
}

static struct str field_of(const struct answer *answer, struct str name)
{
	for (size_t i = 0; i < answer->count; i++) {
		if (str_eq(answer->fields[i].name, name))
			return answer->fields[i].value;
	}
	return STR_NONE;
}

static void add_id_token(struct exchange *x, const struct authorization *z,
			 const struct issue *i, struct answer *out)
{
	const struct id_token t = {
		.client = &z->client,
		.subject = &i->subject,
		.access_token = field_of(out, STR("access_token")),
		.code = field_of(out, STR("code")),
		/* OpenID Connect Core section 5.4. */
		.scope = i->type->token || i->type->code ? STR_NONE
							 : z->scope,
	};

	answer_add(out, STR("id_token"),
		   id_token_make(x, &i->id_token_signer, &t));
}

/* The session or the consent ended between two statements; or of two answers to
 * a kept request the other came first. */
static void ended_meanwhile(struct exchange *x, const struct authorization *z)
{
	if (z->request_uri.ptr) {
		oauth_fail(x, OAUTH_INVALID_REQUEST_URI,
			   "request_uri is not valid, or no longer");
		authorization_error_page(x, PAGE_BAD_REQUEST);
		return;
	}
	authorization_ask_sign_in(x, z, 200, STR_NONE, PAGE_NONE);
}

static void answer_with(struct exchange *x, const struct authorization *z,
			const struct issue *i)
{
	struct answer out = { .count = 0 };
	struct token_slots slots = { .access = 0 };

	if ((i->code_call && db_rows(i->code_call) == 0) ||
	    (i->token_call && !issued_read(i->token_call, &slots))) {
		ended_meanwhile(x, z);
		return;
	}
	if (i->code_call)
		answer_add(&out, STR("code"),
			   credential_text(x->arena, CREDENTIAL_CODE,
					   (int)db_number(i->code_call, 0, 0),
					   &i->code));
	if (i->type->token)
		add_token(x, z, i, &slots, &out);
	if (i->type->id_token)
		add_id_token(x, z, i, &out);
	authorization_answer(x, z, &out);
}

void authorization_grant(struct exchange *x, const struct authorization *z,
			 bool consent_given)
{
	struct issue i = { .type = z->rules.type };
	enum oauth_error e = open_keys(x, z, &i);

	if (!e && i.type->code)
		ask_code(x, z, consent_given, &i);
	if (!e && (i.type->token || !i.type->code))
		ask_token(x, z, consent_given, &i);
	if (z->request_uri.ptr)
		memcpy(&i.work.contended, z->kept.hash.bytes,
		       sizeof(i.work.contended));
	if (!e)
		e = oauth_db(x, DB_WRITE, &i.work);
	if (e)
		authorization_fail(x, z);
	else
		answer_with(x, z, &i);
}
