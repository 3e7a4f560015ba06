/*
 * jws.c - a JWS and the claims in it.
 *
 * There is one that is signed with a key of ours; only it, byte for byte, is
 * ever found to be good.
 */
#include "jose/jws.h"

#include "base/base64.h"
#include "fuzz.h"
#include "jose/jwt.h"

#define SECRET "0123456789abcdef0123456789abcdef"
#define PAYLOAD "{\"iss\":\"https://as.example\",\"sub\":\"alice\"}"

static void check_claims(struct arena *a, const struct jws *j)
{
	const struct json *claims = NULL;
	struct str text = STR_NONE;
	long long n = 0;

	if (!jwt_claims(a, j, &claims)) {
		assert(!claims);
		return;
	}
	assert(json_is_object(claims));
	if (jwt_number_read(claims, STR("exp"), &n) == JWT_OK)
		assert(n <= 1LL << 53 && n >= -(1LL << 53));
	assert(jwt_number(claims, STR("exp"), &n) ==
	       (jwt_number_read(claims, STR("exp"), &n) == JWT_OK));
	if (jwt_text_read(claims, STR("sub"), &text) == JWT_OK)
		assert(text.ptr);
	assert(!jwt_audience_has(claims, STR_NONE));
	text = json_text(json_member(claims, STR("aud")));
	assert(!text.ptr || jwt_audience_has(claims, text));
}

/* The segments, encoded again, are the text. */
static void check_parts(struct arena *a, const struct jws *j, struct str text)
{
	struct str rest = text;
	const struct str header = str_cut(&rest, '.');
	struct buf b;

	buf_init(&b, a);
	buf_add(&b, header);
	buf_char(&b, '.');
	buf_add(&b, base64url_encode(a, j->payload.ptr, j->payload.len));
	assert(str_eq(buf_str(&b), j->signing_input));
	buf_char(&b, '.');
	buf_add(&b, base64url_encode(a, j->signature.ptr, j->signature.len));
	assert(str_eq(buf_str(&b), text));
	assert(j->alg_name.ptr && json_is_object(j->header));
	assert(!json_member(j->header, STR("crit")));
	assert(!json_member(j->header, STR("jwk")));
	assert(!str_eq_nocase(j->alg_name, STR("none")) ||
	       j->alg == JOSE_NO_ALG);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct str text = fuzz_str(data, size);
	struct arena *a = fuzz_arena();
	const struct jwk *key = jwk_from_secret(a, STR(SECRET));
	struct jws j = { .alg = JOSE_NO_ALG };
	struct str good;

	if (!jws_parse(a, text, &j)) {
		assert(!j.header);
		return 0;
	}
	check_parts(a, &j, text);
	check_claims(a, &j);
	good = jws_sign(a, key, JOSE_HS256, STR("JWT"), STR(PAYLOAD));
	for (int i = 0; i <= JOSE_ALGS; i++) {
		const enum jose_alg alg = (enum jose_alg)i;

		assert(jws_verify(a, &j, key, alg) ==
		       (alg == JOSE_HS256 && str_eq(text, good)));
	}
	return 0;
}
