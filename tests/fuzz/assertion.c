/*
 * assertion.c - the assertion of a client, or of the JWT bearer grant, up to
 * its signature; and an ID token that comes back.
 */
#include "oauth/client_assertion.h"

#include "fuzz.h"
#include "oauth/id_token_hint.h"

#define NOW 1700000000

static void check_good(const struct assertion *as)
{
	assert(as->jws.alg != JOSE_NO_ALG);
	assert(as->iss.len > 0 && as->sub.len > 0);
	assert(as->exp > NOW && as->exp <= NOW + ASSERTION_LIFE +
					   ASSERTION_SKEW);
	assert(as->jti.len <= ASSERTION_JTI_MAX);
}

static void check_assertion(struct arena *a, struct str text)
{
	struct assertion_rules rules = {
		.client_id = STR_INIT("s6BhdRkqt3"),
		.issuer = STR_INIT("https://as.example"),
		.endpoint = STR_INIT("/oauth/par"),
		.now = NOW,
	};
	struct assertion as = { .exp = 0 };
	bool client, grant;

	if (assertion_parse(a, text, &as).ptr) {
		assert(!as.claims);
		return;
	}
	client = !client_assertion_fault(&as, &rules).ptr;
	grant = !grant_assertion_fault(&as, &rules).ptr;
	assert(!client || !grant);
	if (client)
		assert(str_eq(as.sub, rules.client_id) && as.jti.ptr);
	if (client || grant)
		check_good(&as);
	/* Where FAPI 2.0 allows it, it was allowed before. */
	rules.fapi2 = true;
	assert(client_assertion_fault(&as, &rules).ptr || client);
}

/* No statement is run: only what would be asked is looked at. */
static void check_hint(struct arena *a, struct str text)
{
	struct exchange x = { .arena = a };
	struct id_token_hint hint = { .claims = NULL };
	struct db_work w = { .count = 0 };
	const struct db_call *call = id_token_hint_ask(&x, &w, text);
	const struct str whose = id_token_hint_whose(&x, text);

	assert(w.count == (call != NULL));
	assert(call || !whose.ptr);
	assert(!id_token_hint_read(&x, call, text, &hint) && !hint.claims);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = fuzz_str(data, size);
	struct arena *a = fuzz_arena();

	check_assertion(a, text);
	check_hint(a, text);
	return 0;
}
