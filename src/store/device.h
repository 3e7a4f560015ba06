/*
 * device.h - devices that wait for a person (RFC 8628; oauth.device_code).
 */
#ifndef STORE_DEVICE_H
#define STORE_DEVICE_H

#include "crypto/credential.h"
#include "db/db.h"
#include "store/token.h"

struct device_issue {
	const struct hash *device_code_hash, *user_code_hash;
	struct str client_id, scope;
	struct str asked_from;	/* an address, or absent */
};

struct device_issued {
	long long expires_in, interval;	/* seconds */
	struct str issuer;
};

struct db_call *device_issue_ask(struct db_work *w, struct arena *a,
				 const struct device_issue *in);

/* False where another device has that user code. */
bool device_issue_read(const struct db_call *call, struct device_issued *out);

/* What a device code was issued for. */
struct device_code {
	struct str client_id, scope;
	struct str state;	/* "live", "pending", "denied", or why not */
	struct subject subject;	/* who decided; sub absent: nobody has */
};

struct db_call *device_load_ask(struct db_work *w, struct arena *a,
				const struct row_key *key);
bool device_load_read(const struct db_call *call, struct device_code *out);

/* Nobody has decided: was it asked too soon? */
struct db_call *device_poll_ask(struct db_work *w, struct arena *a,
				const struct row_key *key);
bool device_poll_too_soon(const struct db_call *call);

/* Spend it for these tokens; the result is read by issued_read(). */
struct db_call *device_redeem_ask(struct db_work *w, struct arena *a,
				  const struct row_key *key,
				  struct str client_id,
				  const struct token_issue *tokens);

/* A user code, and what typing one is counted by. */
struct device_typed {
	struct hash user_code;	/* HMAC */
	struct hash person;	/* SHA-256 of the sub */
	struct hash address;	/* SHA-256 of where it came from */
};

/* Who asks, and for what. */
struct device_question {
	bool allowed;		/* false: too many wrong ones */
	struct str client_id;	/* absent: nobody waits with that code */
	struct str scope;
	struct str asked_from;	/* an address, or absent */
	long long age;		/* seconds since the device asked */
	struct str client_name, client_uri, logo_uri, tos_uri, policy_uri;
};

struct db_call *device_show_ask(struct db_work *w, struct arena *a,
				const struct device_typed *typed);
void device_show_read(const struct db_call *call, struct device_question *out);

struct device_decision {
	bool signed_in;		/* false: the session has ended */
	bool heard;		/* false: nobody waits with that code */
};

struct db_call *device_decide_ask(struct db_work *w, struct arena *a,
				  const struct hash *user_code,
				  const struct hash *cookie_hash, bool yes);
void device_decide_read(const struct db_call *call,
			struct device_decision *out);

#endif
