/* logout_delivery.c - telling clients that a session has ended. */
#include "oauth/logout_delivery.h"

#include "base/base64.h"
#include "base/json.h"
#include "base/log.h"
#include "crypto/credential.h"
#include "http/fetch.h"
#include "http/form.h"
#include "oauth/signing.h"
#include "store/logout.h"

/*
 * A slow client holds up the seven others of its batch, so not for long; its
 * answer is not read, but to be polite.
 */
#define DELIVERY_MS 5000
#define ANSWER_MAX ((size_t)16 << 10)

#define TOKEN_LIFE 120	/* seconds; Back-Channel Logout section 4 */
#define BATCHES_MAX 100	/* then the other chores have their turn */

#define EVENT "http://schemas.openid.net/event/backchannel-logout"

/* One client being told. */
struct delivery {
	struct logout_notification n;
	struct fetch *fetch;	/* NULL: nothing can be sent */
	struct str error;	/* absent: delivered */
	bool final;		/* it will not be otherwise another time */
};

/* Section 2.4; never a nonce, so that it is no ID token. */
static struct str payload(struct arena *a, const struct logout_notification *n)
{
	const struct credential jti = credential_new();
	struct buf b;

	buf_init(&b, a);
	json_object(&b, STR_NONE);
	json_string(&b, STR("iss"), n->issuer);
	json_string(&b, STR("sub"), n->sub);
	json_string(&b, STR("aud"), n->client_id);
	json_number(&b, STR("iat"), n->now);
	json_number(&b, STR("exp"), n->now + TOKEN_LIFE);
	json_string(&b, STR("jti"), base64url_encode(a, jti.bytes, 16));
	json_string(&b, STR("sid"), n->sid);
	json_object(&b, STR("events"));
	json_object(&b, STR(EVENT));
	json_object_end(&b);
	json_object_end(&b);
	json_object_end(&b);
	return buf_str(&b);
}

/* Absent: it could not be signed, and the error says so. */
static struct str logout_token(const struct chore *c, struct delivery *d)
{
	struct exchange x = {
		.arena = c->arena, .db = c->db, .key = c->key,
	};
	struct signer signer;

	if (signer_open(&x, &d->n.key, d->n.client_id, STR("id_token"),
			&signer)) {
		d->error = x.reason;
		return STR_NONE;
	}
	return signer_sign(&x, &signer, STR("logout+jwt"),
			   payload(c->arena, &d->n));
}

static void prepare(const struct chore *c, struct delivery *d, struct fetch *f)
{
	struct str token;
	struct buf body;

	if (!d->n.uri.ptr) {
		d->error = STR("the client has no backchannel_logout_uri now");
		d->final = true;
		return;
	}
	token = logout_token(c, d);
	if (!token.ptr)
		return;
	buf_init(&body, c->arena);
	form_add(&body, STR("logout_token"), token);
	*f = (struct fetch){
		.url = d->n.uri,
		.method = STR("POST"),
		.content_type = STR("application/x-www-form-urlencoded"),
		.body = buf_str(&body),
		.max_bytes = ANSWER_MAX,
		.timeout_ms = DELIVERY_MS,
	};
	d->fetch = f;
}

/*
 * Section 2.8: 200, or 204 from frameworks that know better.  400 is tried
 * again as everything else is: it says that the logout token is wrong or that
 * the logout has failed, and clients say it, too, when they could not get at
 * our new key.
 */
static void judge(struct delivery *d)
{
	const struct fetch *f = d->fetch;

	if (!f)
		return;
	if ((f->status == FETCH_OK || f->status == FETCH_TOO_LARGE) &&
	    (f->http_status == 200 || f->http_status == 204))
		return;
	d->error = f->reason;
	d->final = f->status == FETCH_BAD_URL;
}

static struct str results(struct arena *a, const struct delivery *d, size_t n)
{
	struct buf b;

	buf_init(&b, a);
	json_array(&b, STR_NONE);
	for (size_t i = 0; i < n; i++) {
		json_object(&b, STR_NONE);
		json_string(&b, STR("id"), d[i].n.id);
		json_string(&b, STR("error"), d[i].error);
		json_bool(&b, STR("final"), d[i].final);
		json_object_end(&b);
	}
	json_array_end(&b);
	return buf_str(&b);
}

/* What is not recorded is tried again: a client may hear of it twice. */
static void record(const struct chore *c, const struct delivery *d, size_t n)
{
	struct db_work w = { .count = 0 };
	const struct db_call *call;

	call = logout_record_ask(&w, c->arena, results(c->arena, d, n));
	(void)db_run(c->db, c->arena, DB_WRITE, &w);
	for (size_t i = 0; i < db_rows(call); i++) {
		if (db_bool(call, i, 2))
			log_event(c->program, "back-channel logout: gave up "
				  "notification %.*s to client %.*s",
				  STR_ARG(db_text(call, i, 0)),
				  STR_ARG(db_text(call, i, 1)));
	}
}

/* How many there were. */
static size_t deliver_batch(const struct chore *c)
{
	struct delivery deliveries[LOGOUT_CLAIM_MAX] = { 0 };
	struct fetch fetches[LOGOUT_CLAIM_MAX];
	struct fetch_policy policy = { .allow_http = true };
	struct db_work w = { .count = 0 };
	const struct db_call *claim = logout_claim_ask(&w, c->arena);
	size_t n, sent = 0;

	if (db_run(c->db, c->arena, DB_WRITE, &w) != DB_OK)
		return 0;
	n = db_rows(claim);
	for (size_t i = 0; i < n; i++) {
		deliveries[i].n = logout_claim_read(claim, i);
		prepare(c, &deliveries[i], &fetches[sent]);
		if (deliveries[i].fetch)
			sent++;
	}
	policy.networks = logout_claim_networks(claim);
	policy.ca_file = logout_claim_ca_file(claim);
	fetch_run(c->arena, &policy, fetches, sent);
	for (size_t i = 0; i < n; i++)
		judge(&deliveries[i]);
	if (n > 0)
		record(c, deliveries, n);
	return n;
}

void logout_delivery_chore(const struct chore *c)
{
	for (int i = 0; i < BATCHES_MAX; i++) {
		if (deliver_batch(c) < LOGOUT_CLAIM_MAX)
			break;
		arena_reset(c->arena);
	}
}
