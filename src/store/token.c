/* token.c - access and refresh tokens. */
#include "store/token.h"

#include <assert.h>
#include <string.h>

#include "base/hex.h"
#include "store/session.h"

#define COUNT(x) (sizeof(x) / sizeof((x)[0]))

static struct str salt_str(const struct token_issue *t)
{
	return (struct str){ (const char *)t->salt, sizeof(t->salt) };
}

struct str access_hash_str(const struct token_issue *t)
{
	return t->no_access_row ? STR_NONE : hash_str(&t->access_hash);
}

bool issued_read(const struct db_call *call, struct token_slots *out)
{
	if (db_rows(call) == 0)
		return false;
	*out = (struct token_slots){
		.access = (int)db_number(call, 0, 0),
		.refresh = (int)db_number(call, 0, 1),
		.authorization_id = db_text(call, 0, 2),
	};
	return true;
}

struct db_call *client_token_ask(struct db_work *w, struct arena *a,
				 struct str client_id, struct str scope,
				 const struct token_issue *t)
{
	const struct db_param params[] = {
		DB_BYTES(access_hash_str(t)),
		DB_TEXT(client_id),
		DB_TEXT(scope),
		db_integer(a, t->access_token_lifetime),
	};

	return db_add(w, a, QUERY_CLIENT_TOKEN_STORE, params, COUNT(params));
}

struct db_call *client_token_at_once_ask(struct db_work *w, struct arena *a,
					 const struct client_token_at_once *in,
					 const struct hash *access_hash)
{
	const struct db_param params[] = {
		DB_BYTES(hash_str(access_hash)),
		DB_TEXT(in->client_id),
		DB_TEXT(in->verifier),
		DB_TEXT(in->method),
		DB_TEXT(in->scope),
	};

	return db_add(w, a, QUERY_CLIENT_TOKEN_ISSUE, params, COUNT(params));
}

bool client_token_at_once_read(const struct db_call *call,
			       struct token_slots *slots, struct str *scope,
			       long long *lifetime)
{
	if (db_rows(call) == 0)
		return false;
	*slots = (struct token_slots){ .access = (int)db_number(call, 0, 0) };
	*scope = db_text(call, 0, 1);
	*lifetime = db_number(call, 0, 2);
	return true;
}

struct db_call *client_jwt_at_once_ask(struct db_work *w, struct arena *a,
				       const struct client_token_at_once *in)
{
	const struct db_param params[] = {
		DB_TEXT(in->client_id),
		DB_TEXT(in->verifier),
		DB_TEXT(in->method),
		DB_TEXT(in->scope),
	};

	return db_add(w, a, QUERY_CLIENT_JWT_GRANT, params, COUNT(params));
}

bool client_jwt_at_once_read(const struct db_call *call,
			     const struct client_token_at_once *in,
			     struct client *out)
{
	if (db_rows(call) == 0)
		return false;
	*out = (struct client){
		.client_id = in->client_id,
		.token_endpoint_auth_method = in->method,
		.scope = db_text(call, 0, 0),
		.access_token_lifetime = db_number(call, 0, 1),
		.issuer = db_text(call, 0, 2),
		.now_us = db_number(call, 0, 3),
		.jwt_access_token = true,
		.access_token_audience = db_text(call, 0, 4),
		.access_token_key = sealed_key_read(call, 5),
	};
	out->now = out->now_us / 1000000;
	return true;
}

struct db_call *user_token_ask(struct db_work *w, struct arena *a,
			       struct str client_id,
			       const struct candidate *who, struct str scope,
			       const struct token_issue *t,
			       const struct subject *subject)
{
	const bool with = t->with_refresh_token;
	const struct db_param params[] = {
		DB_BYTES(access_hash_str(t)),
		DB_TEXT(client_id),
		DB_PRINTED(who->user_id),
		DB_TEXT(scope),
		db_integer(a, t->access_token_lifetime),
		DB_BYTES(with ? hash_str(&t->refresh_hash) : STR_NONE),
		db_integer(a, t->refresh_token_lifetime),
		db_integer(a, subject->auth_time),
		DB_TEXT(subject->acr),
		DB_TEXT(subject->amr),
		DB_TEXT(who->password_hash),
	};

	return db_add(w, a, QUERY_USER_TOKEN_ISSUE, params, COUNT(params));
}

struct db_call *implicit_issue_ask(struct db_work *w, struct arena *a,
				   const struct implicit_issue *in,
				   const struct token_issue *t)
{
	const struct db_param params[] = {
		DB_BYTES(access_hash_str(t)),
		DB_BYTES(hash_str(in->cookie_hash)),
		DB_TEXT(in->client_id),
		DB_TEXT(in->scope),
		db_integer(a, t->access_token_lifetime),
		DB_BOOL(in->consent_given),
		DB_TEXT(in->claims),
		DB_TEXT(in->consent_scope),
		DB_BYTES(in->kept ? hash_str(in->kept) : STR_NONE),
	};

	return db_add(w, a, QUERY_IMPLICIT_ISSUE, params, COUNT(params));
}

struct db_call *refresh_load_ask(struct db_work *w, struct arena *a,
				 const struct row_key *key, struct str scope)
{
	const struct db_param params[] = {
		db_integer(a, key->slot),
		DB_BYTES(hash_str(&key->hash)),
		DB_TEXT(scope),
	};

	return db_add(w, a, QUERY_REFRESH_LOAD, params, COUNT(params));
}

/* Hexadecimal digits, as the statement has them encoded. */
static void read_salt(struct str text, unsigned char salt[REFRESH_SALT_LEN])
{
	if (!hex_decode(text, salt, REFRESH_SALT_LEN))
		memset(salt, 0, REFRESH_SALT_LEN);
}

bool refresh_load_read(const struct db_call *call, struct refresh_token *out)
{
	if (db_rows(call) == 0)
		return false;
	*out = (struct refresh_token){
		.client_id = db_text(call, 0, 0),
		.scope = db_text(call, 0, 1),
		.state = db_text(call, 0, 2),
		.subject = subject_read(call, 3),
	};
	return true;
}

struct db_call *refresh_rotate_ask(struct db_work *w, struct arena *a,
				   const struct row_key *key,
				   struct str client_id, struct str scope,
				   const struct token_issue *t)
{
	const struct db_param params[] = {
		db_integer(a, key->slot),
		DB_BYTES(hash_str(&key->hash)),
		DB_TEXT(client_id),
		DB_BYTES(access_hash_str(t)),
		DB_TEXT(scope),
		db_integer(a, t->access_token_lifetime),
		DB_BYTES(hash_str(&t->refresh_hash)),
		DB_BYTES(salt_str(t)),
		db_integer(a, t->refresh_token_lifetime),
	};

	w->contended = row_contended(&key->hash);
	return db_add(w, a, QUERY_REFRESH_ROTATE, params, COUNT(params));
}

bool refresh_rotate_read(const struct db_call *call, struct token_slots *out,
			 unsigned char salt[REFRESH_SALT_LEN],
			 bool *is_extended)
{
	if (!issued_read(call, out))
		return false;
	read_salt(db_text(call, 0, 3), salt);
	*is_extended = db_bool(call, 0, 4);
	return true;
}

static struct db_call *rotate_at_once_ask(struct db_work *w, struct arena *a,
					  const struct refresh_at_once *in,
					  const struct token_issue *t)
{
	const struct db_param params[] = {
		db_integer(a, in->key.slot),
		DB_BYTES(hash_str(&in->key.hash)),
		DB_TEXT(in->client_id),
		DB_BYTES(hash_str(&t->access_hash)),
		DB_TEXT(in->scope),
		DB_BYTES(hash_str(&t->refresh_hash)),
		DB_BYTES(salt_str(t)),
	};
	const int query = QUERY_REFRESH_ROTATE_AT_ONCE_0 + in->key.slot;

	assert(in->key.slot >= 0 && in->key.slot < REFRESH_SLOTS);
	w->contended = row_contended(&in->key.hash);
	return db_add(w, a, (enum query)query, params, COUNT(params));
}

static struct db_call *use_at_once_ask(struct db_work *w, struct arena *a,
				       const struct refresh_at_once *in,
				       const struct token_issue *t)
{
	const struct db_param params[] = {
		db_integer(a, in->key.slot),
		DB_BYTES(hash_str(&in->key.hash)),
		DB_TEXT(in->client_id),
		DB_TEXT(in->verifier),
		DB_TEXT(in->method),
		DB_BYTES(hash_str(&t->access_hash)),
		DB_TEXT(in->scope),
	};

	return db_add(w, a, QUERY_REFRESH_USE_AT_ONCE, params, COUNT(params));
}

struct db_call *refresh_at_once_ask(struct db_work *w, struct arena *a,
				    const struct refresh_at_once *in,
				    const struct token_issue *t)
{
	return in->verifier.ptr ? use_at_once_ask(w, a, in, t)
				: rotate_at_once_ask(w, a, in, t);
}

bool refresh_at_once_read(const struct db_call *call, struct token_slots *slots,
			  unsigned char salt[REFRESH_SALT_LEN],
			  struct str *scope, long long *lifetime)
{
	if (db_rows(call) == 0)
		return false;
	*slots = (struct token_slots){
		.access = (int)db_number(call, 0, 0),
		.refresh = (int)db_number(call, 0, 1),
	};
	read_salt(db_text(call, 0, 2), salt);
	*scope = db_text(call, 0, 3);
	*lifetime = db_number(call, 0, 4);
	return true;
}

struct db_call *refresh_use_ask(struct db_work *w, struct arena *a,
				const struct row_key *key,
				struct str client_id, struct str scope,
				const struct token_issue *t)
{
	const struct db_param params[] = {
		db_integer(a, key->slot),
		DB_BYTES(hash_str(&key->hash)),
		DB_TEXT(client_id),
		DB_BYTES(access_hash_str(t)),
		DB_TEXT(scope),
		db_integer(a, t->access_token_lifetime),
	};

	return db_add(w, a, QUERY_REFRESH_USE, params, COUNT(params));
}

struct db_call *refresh_reuse_ask(struct db_work *w, struct arena *a,
				  const struct row_key *key,
				  struct str client_id)
{
	w->contended = row_contended(&key->hash);
	return row_ask(w, a, QUERY_REFRESH_REUSE, key, client_id);
}

struct db_call *revoke_ask(struct db_work *w, struct arena *a,
			   enum query query, const struct row_key *key,
			   struct str client_id)
{
	w->contended = row_contended(&key->hash);
	return row_ask(w, a, query, key, client_id);
}

/* An access token's row by the statement of its slot: the planner leaves the
 * other partitions alone, which each execution would have to lock. */
static struct db_call *slot_ask(struct db_work *w, struct arena *a, int first,
				const struct row_key *key)
{
	const struct db_param params[] = { DB_BYTES(hash_str(&key->hash)) };

	assert(key->slot >= 0);
	if (key->slot >= ACCESS_SLOTS)
		return NULL;
	return db_add(w, a, (enum query)(first + key->slot), params, 1);
}

struct db_call *access_introspect_ask(struct db_work *w, struct arena *a,
				      const struct row_key *key)
{
	return slot_ask(w, a, QUERY_ACCESS_INTROSPECT_0, key);
}

struct db_call *refresh_introspect_ask(struct db_work *w, struct arena *a,
				       const struct row_key *key)
{
	return row_ask(w, a, QUERY_REFRESH_INTROSPECT, key, STR_NONE);
}

bool introspect_read(const struct db_call *call, struct introspected *out)
{
	if (db_rows(call) == 0)
		return false;
	*out = (struct introspected){
		.client_id = db_text(call, 0, 0),
		.sub = db_text(call, 0, 1),
		.username = db_text(call, 0, 2),
		.scope = db_text(call, 0, 3),
		.audience = db_text(call, 0, 4),
		.iat = db_number(call, 0, 5),
		.exp = db_number(call, 0, 6),
		.state = db_text(call, 0, 7),
	};
	return true;
}

struct db_call *access_jwt_revoke_ask(struct db_work *w, struct arena *a,
				      const struct hash *jti, long long exp)
{
	const struct db_param params[] = {
		DB_BYTES(hash_str(jti)),
		db_integer(a, exp),
	};

	return db_add(w, a, QUERY_ACCESS_JWT_REVOKE, params, COUNT(params));
}

struct db_call *bearer_check_ask(struct db_work *w, struct arena *a,
				 bool claims, const struct row_key *key)
{
	return slot_ask(w, a, claims ? QUERY_USERINFO_LOAD_0
				     : QUERY_BEARER_CHECK_0, key);
}

bool bearer_check_read(const struct db_call *call, bool claims,
		       struct bearer *out)
{
	if (db_rows(call) == 0)
		return false;
	*out = (struct bearer){
		.client_id = db_text(call, 0, 0),
		.sub = db_text(call, 0, 1),
		.username = db_text(call, 0, 2),
		.scope = db_text(call, 0, 3),
		.state = db_text(call, 0, 4),
	};
	if (!claims)
		return true;
	out->requested_claims = db_text(call, 0, 5);
	out->claims = db_text(call, 0, 6);
	out->more_claims = db_text(call, 0, 7);
	out->issuer = db_text(call, 0, 8);
	out->now = db_number(call, 0, 9);
	out->userinfo_key = sealed_key_read(call, 10);
	return true;
}
