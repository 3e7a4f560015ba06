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

#endif
