/* client_keys.c - the key that somebody's signature must be verified with. */
#include "oauth/client_keys.h"

#include "base/clock.h"
#include "base/loop.h"
#include "http/fetch.h"
#include "oauth/outgoing.h"

#define FETCH_MS 5000
#define FETCH_BYTES ((size_t)64 << 10)

/*
 * Who needs a document that another request or machine is fetching looks again
 * so often, and no longer than this: a slow host is to hold up one request and
 * not all those that name its client.
 */
#define WAIT_STEP_MS 50
#define WAIT_MS 2000

static enum oauth_error store(struct exchange *x, struct str uri,
			      struct str body, long long max_age)
{
	struct db_work w = { .count = 0 };

	document_store_ask(&w, x->arena, uri, body, max_age);
	return oauth_db(x, DB_WRITE, &w);
}

static void say(struct exchange *x, struct str what)
{
	struct buf b;

	buf_init(&b, x->arena);
	buf_add(&b, STR("jwks_uri: "));
	buf_add(&b, what);
	oauth_reason(x, buf_str(&b));
}

/*
 * Of any content type: servers of static files know none for it, and what the
 * document must be is looked at here.
 */
static enum oauth_error fetch(struct exchange *x, struct key_source *s,
			      const struct fetch_policy *policy)
{
	struct fetch f = {
		.url = s->jwks_uri,
		.method = STR("GET"),
		.accept = STR("application/jwk-set+json, application/json"),
		.max_bytes = FETCH_BYTES,
		.timeout_ms = FETCH_MS,
	};
	struct jwk_set set;

	fetch_run(x->arena, policy, &f, 1);
	if (f.status != FETCH_OK) {
		say(x, f.reason);
		return store(x, s->jwks_uri, STR_NONE, -1);
	}
	if (!jwk_set_parse(x->arena, f.got, &set)) {
		say(x, STR("the answer is no set of public keys"));
		return store(x, s->jwks_uri, STR_NONE, -1);
	}
	s->body = f.got;
	s->is_fresh = true;
	return store(x, s->jwks_uri, f.got, f.max_age);
}

static enum oauth_error come_again(struct exchange *x, struct str why)
{
	say(x, why);
	return oauth_fail(x, OAUTH_TEMPORARILY_UNAVAILABLE,
			  "the service is unavailable, try again shortly");
}

/* Until whoever set out to fetch it is back. */
static enum oauth_error await(struct exchange *x, struct key_source *s)
{
	const long long until = clock_ms() + WAIT_MS;
	enum oauth_error e;

	for (;;) {
		struct db_work w = { .count = 0 };
		const struct db_call *load;

		load = document_load_ask(&w, x->arena, s->jwks_uri);
		e = oauth_db(x, DB_READ, &w);
		if (e || document_load_read(load, s))
			return e;
		if (clock_ms() >= until)
			break;
		fiber_pause(WAIT_STEP_MS);
	}
	return come_again(x, STR("another request is still fetching it"));
}

/*
 * What is there now, fetched anew where it may be.  at_hand: what is there will
 * do, so that nobody needs to wait for another's fetch.
 */
static enum oauth_error fetch_or_await(struct exchange *x,
				       struct key_source *s, bool at_hand)
{
	struct fetch_policy policy = { .allow_http = true };
	struct db_work w = { .count = 0 };
	const struct db_call *claim;
	enum oauth_error e;

	claim = document_claim_ask(&w, x->arena, s->jwks_uri);
	e = oauth_db(x, DB_WRITE, &w);
	if (e)
		return e;
	if (document_claim_read(claim, &policy.networks, &policy.ca_file))
		return fetch(x, s, &policy);
	return at_hand ? OAUTH_OK : await(x, s);
}

static enum oauth_error refresh(struct exchange *x, struct key_source *s,
				bool at_hand)
{
	enum oauth_error e = OAUTH_OK;

	if (outgoing_begin()) {
		e = fetch_or_await(x, s, at_hand);
		outgoing_end();
	} else if (!at_hand) {
		e = come_again(x, STR("too many requests wait for hosts"));
	}
	return e;
}

static const struct jwk *find_in(struct exchange *x, struct str text,
				 struct str kid, enum jose_alg alg)
{
	struct jwk_set set;

	if (!text.ptr || !jwk_set_parse(x->arena, text, &set))
		return NULL;
	return jwk_set_find(&set, kid, alg);
}

enum oauth_error key_source_find(struct exchange *x,
				 const struct key_source *s, struct str kid,
				 enum jose_alg alg, const struct jwk **out)
{
	struct str text = s->jwks.ptr ? s->jwks : s->body;
	struct key_source now = *s;
	const struct jwk *key;

	oauth_reason(x, STR("there is no such key"));
	key = find_in(x, text, kid, alg);
	if (!s->jwks.ptr && s->jwks_uri.ptr && (!key || !s->is_fresh)) {
		enum oauth_error e = refresh(x, &now, key != NULL);

		if (e)
			return e;
		key = find_in(x, now.body, kid, alg);
	}
	if (key)
		oauth_reason(x, STR_NONE);
	*out = key;
	return OAUTH_OK;
}

enum oauth_error client_keys_find(struct exchange *x, const struct client *c,
				  struct str kid, enum jose_alg alg,
				  const struct jwk **out)
{
	struct secret secret;

	/* Never a public key's bytes: CVE-2015-9235. */
	if (alg != JOSE_HS256)
		return key_source_find(x, &c->keys, kid, alg, out);
	*out = NULL;
	if (client_secret_unseal(x->arena, x->key, c, &secret))
		*out = jwk_from_secret(x->arena, secret.bytes);
	if (!*out)
		oauth_reason(x, STR("the client has no client_secret that "
				    "can be read: postern client-secret"));
	return OAUTH_OK;
}

/* Neither iss nor jti can hold a NUL, so no two pairs are the same bytes. */
static struct hash jti_hash(struct exchange *x, struct str iss,
			    struct str jti)
{
	struct buf b;

	buf_init(&b, x->arena);
	buf_add(&b, iss);
	buf_char(&b, '\0');
	buf_add(&b, jti);
	return hash_sha256(buf_str(&b));
}

enum oauth_error jti_use(struct exchange *x, struct str iss, struct str jti,
			 long long exp, bool *first)
{
	const struct hash h = jti_hash(x, iss, jti);
	struct db_work w = { .count = 0 };
	const struct db_call *use = jti_use_ask(&w, x->arena, &h, exp);
	enum oauth_error e = oauth_db(x, DB_WRITE, &w);

	if (!e)
		*first = db_rows(use) > 0;
	return e;
}
