/* jwk.c - a JSON Web Key: written and read again it is the same key. */
#include "jose/jwk.h"

#include "fuzz.h"

static const struct jwk *written(struct arena *a, const struct jwk *k,
				 bool with_private)
{
	struct buf b;

	buf_init(&b, a);
	jwk_write(&b, STR_NONE, k, with_private);
	return jwk_parse(a, json_parse(a, buf_str(&b)));
}

static void check_key(struct arena *a, const struct jwk *k)
{
	const struct jwk *public = written(a, k, false);
	const struct jwk *whole = written(a, k, true);

	assert(public && whole);
	assert(!jwk_is_private(public));
	assert(jwk_is_private(whole) == jwk_is_private(k));
	assert(str_eq(jwk_kid(public), jwk_kid(k)));
	assert(jwk_alg(public) == jwk_alg(k));
	assert(str_eq(jwk_thumbprint(a, public), jwk_thumbprint(a, k)));
	assert(str_eq(jwk_thumbprint(a, whole), jwk_thumbprint(a, k)));
	assert(!jwk_fits(k, JOSE_HS256) && !jwk_fits(k, JOSE_NO_ALG));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = fuzz_arena();
	const struct json *value = json_parse(a, fuzz_str(data, size));
	const struct jwk *k = jwk_parse(a, value);

	if (!k)
		return 0;
	/* A shared secret is never read. */
	assert(!str_eq(json_text(json_member(value, STR("kty"))), STR("oct")));
	check_key(a, k);
	return 0;
}
