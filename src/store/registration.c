/* registration.c - clients that register themselves. */
#include "store/registration.h"

#include <assert.h>
#include <string.h>

#define COUNT(x) (sizeof(x) / sizeof((x)[0]))

static const struct str statuses[] = {
	[REGISTRATION_OK]           = STR_INIT("ok"),
	[REGISTRATION_OFF]          = STR_INIT("off"),
	[REGISTRATION_UNAUTHORIZED] = STR_INIT("unauthorized"),
	[REGISTRATION_FORBIDDEN]    = STR_INIT("forbidden"),
	[REGISTRATION_LIMITED]      = STR_INIT("limited"),
	[REGISTRATION_INVALID]      = STR_INIT("invalid"),
};

/* The row that several requests may want at once is the token's. */
static uint64_t contended(const struct hash *h)
{
	uint64_t n;

	memcpy(&n, h->bytes, sizeof(n));
	return n;
}

static struct str hash_or_none(const struct hash *h)
{
	return h ? hash_str(h) : STR_NONE;
}

struct db_call *registration_create_ask(struct db_work *w, struct arena *a,
					const struct registration *in)
{
	const struct db_param params[] = {
		DB_TEXT(in->metadata),
		DB_TEXT(in->statement),
		DB_TEXT(in->client_secret_verifier),
		DB_TEXT(in->client_secret_sealed),
		DB_TEXT(in->client_id),
		DB_BYTES(hash_str(in->token_hash)),
		DB_BYTES(hash_or_none(in->initial_token_hash)),
		DB_TEXT(in->address),
	};

	if (in->initial_token_hash)
		w->contended = contended(in->initial_token_hash);
	return db_add(w, a, QUERY_REGISTRATION_CREATE, params, COUNT(params));
}

struct db_call *registration_read_ask(struct db_work *w, struct arena *a,
				      const struct registration *in)
{
	const struct db_param params[] = {
		DB_TEXT(in->client_id),
		DB_BYTES(hash_str(in->token_hash)),
	};

	return db_add(w, a, QUERY_REGISTRATION_READ, params, COUNT(params));
}

struct db_call *registration_replace_ask(struct db_work *w, struct arena *a,
					 const struct registration *in)
{
	const struct db_param params[] = {
		DB_TEXT(in->metadata),
		DB_TEXT(in->statement),
		DB_TEXT(in->client_secret_verifier),
		DB_TEXT(in->client_secret_sealed),
		DB_TEXT(in->client_id),
		DB_BYTES(hash_str(in->token_hash)),
		DB_TEXT(in->address),
	};

	w->contended = contended(in->token_hash);
	return db_add(w, a, QUERY_REGISTRATION_REPLACE, params, COUNT(params));
}

struct db_call *registration_delete_ask(struct db_work *w, struct arena *a,
					const struct registration *in)
{
	const struct db_param params[] = {
		DB_TEXT(in->client_id),
		DB_BYTES(hash_str(in->token_hash)),
		DB_TEXT(in->address),
	};

	w->contended = contended(in->token_hash);
	return db_add(w, a, QUERY_REGISTRATION_DELETE, params, COUNT(params));
}

void registration_answer(const struct db_call *call, struct registered *out)
{
	size_t status = 0;

	while (!str_eq(statuses[status], db_text(call, 0, 0))) {
		status++;
		assert(status < COUNT(statuses));
	}
	*out = (struct registered){
		.status = (enum registration_status)status,
		.error = db_text(call, 0, 1),
		.description = db_text(call, 0, 2),
		.metadata = db_text(call, 0, 3),
		.has_new_secret = db_bool(call, 0, 4),
	};
}

struct db_call *registration_outside_ask(struct db_work *w, struct arena *a,
					 const struct registration *in,
					 struct str iss)
{
	const struct db_param params[] = {
		DB_BYTES(hash_or_none(in->initial_token_hash)),
		DB_TEXT(iss),
		DB_TEXT(in->address),
	};

	return db_add(w, a, QUERY_REGISTRATION_OUTSIDE, params, COUNT(params));
}

void registration_outside_read(const struct db_call *call,
			       struct outside *out)
{
	*out = (struct outside){
		.may_register = db_bool(call, 0, 0),
		.networks = db_text(call, 0, 1),
		.ca_file = db_text(call, 0, 2),
		.now = db_number(call, 0, 3),
		.alg = db_text(call, 0, 4),
		.jwks = db_text(call, 0, 5),
	};
}
