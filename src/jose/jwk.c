/*
 * jwk.c - JSON Web Keys.
 *
 * What members a kind of key has is a table, from which keys are read, written
 * and given their thumbprints.
 */
#include "jose/jwk.h"

#include "base/arena.h"
#include "base/base64.h"
#include "crypto/hash.h"
#include "jose/key.h"
#include "jose/signature.h"

static const struct kind {
	struct str kty, crv;	/* crv absent: has none */
	struct str names[KEY_MEMBERS];
	size_t public;		/* of these, so many; they are required */
	const char *thumb;	/* RFC 7638 section 3.2: places, 'c' for crv,
				 * 'k' for kty, by the names' order */
} kinds[KEY_TYPES] = {
	[KEY_RSA] = {
		STR_INIT("RSA"), { NULL, 0 }, {
			[RSA_N]  = STR_INIT("n"),
			[RSA_E]  = STR_INIT("e"),
			[RSA_D]  = STR_INIT("d"),
			[RSA_P]  = STR_INIT("p"),
			[RSA_Q]  = STR_INIT("q"),
			[RSA_DP] = STR_INIT("dp"),
			[RSA_DQ] = STR_INIT("dq"),
			[RSA_QI] = STR_INIT("qi"),
		}, 2, "1k0" },
	[KEY_EC] = {
		STR_INIT("EC"), STR_INIT("P-256"), {
			[EC_X] = STR_INIT("x"),
			[EC_Y] = STR_INIT("y"),
			[EC_D] = STR_INIT("d"),
		}, 2, "ck01" },
	[KEY_OKP] = {
		STR_INIT("OKP"), STR_INIT("Ed25519"), {
			[OKP_X] = STR_INIT("x"),
			[OKP_D] = STR_INIT("d"),
		}, 1, "ck0" },
	[KEY_OCT] = {
		STR_INIT("oct"), { NULL, 0 }, {
			[OCT_K] = STR_INIT("k"),
		}, 0, "0k" },
};

/* KEY_OCT is not found: jwk_from_secret(). */
static bool find_kind(const struct json *value, struct jwk *k)
{
	const struct str kty = json_text(json_member(value, STR("kty")));
	unsigned i = 0;

	while (i < KEY_OCT && !str_eq(kinds[i].kty, kty))
		i++;
	k->type = (enum key_type)i;
	return i < KEY_OCT &&
	       (!kinds[i].crv.ptr ||
		str_eq(json_text(json_member(value, STR("crv"))),
		       kinds[i].crv));
}

static bool read_bytes(struct arena *a, const struct json *value,
		       struct jwk *k)
{
	const struct kind *kind = &kinds[k->type];

	for (size_t i = 0; i < KEY_MEMBERS && kind->names[i].ptr; i++) {
		const struct json *m = json_member(value, kind->names[i]);

		if (m ? !base64url_decode_all(a, json_text(m), &k->bytes[i])
		      : i < kind->public)
			return false;
	}
	/* More than two primes, which nobody uses: RFC 7518 section 6.3.2.7 */
	return !json_member(value, STR("oth"));
}

/* RFC 7517 section 4.3. */
static bool read_key_ops(const struct json *ops, struct jwk *k)
{
	bool sign = false, verify = false;

	if (!ops)
		return true;
	if (!json_is_array(ops))
		return false;
	for (ops = json_item(ops, 0); ops; ops = json_next(ops)) {
		const struct str op = json_text(ops);

		if (!op.ptr)
			return false;
		sign = sign || str_eq(op, STR("sign"));
		verify = verify || str_eq(op, STR("verify"));
	}
	k->may_sign = k->may_sign && sign;
	k->may_verify = k->may_verify && verify;
	return true;
}

/* What is said of the key: a string each, or not there. */
static bool read_text(const struct json *value, struct str name,
		      struct str *out)
{
	const struct json *m = json_member(value, name);

	*out = json_text(m);
	return !m || out->ptr;
}

static bool read_purpose(struct arena *a, const struct json *value,
			 struct jwk *k)
{
	struct str kid, use, alg;

	if (!read_text(value, STR("kid"), &kid) ||
	    !read_text(value, STR("use"), &use) ||
	    !read_text(value, STR("alg"), &alg))
		return false;
	k->kid = kid.ptr ? str_dup(a, kid) : STR_NONE;
	k->alg = jose_alg_find(alg);
	k->other_alg = alg.ptr && k->alg == JOSE_NO_ALG;
	k->may_sign = k->may_verify = !use.ptr || str_eq(use, STR("sig"));
	return read_key_ops(json_member(value, STR("key_ops")), k);
}

const struct jwk *jwk_parse(struct arena *a, const struct json *value)
{
	struct jwk *k = arena_alloc(a, sizeof(*k));

	return find_kind(value, k) && read_purpose(a, value, k) &&
	       read_bytes(a, value, k) && key_load(a, k) ? k : NULL;
}

const struct jwk *jwk_from_secret(struct arena *a, struct str secret)
{
	struct jwk *k = arena_alloc(a, sizeof(*k));

	*k = (struct jwk){
		.type = KEY_OCT, .alg = JOSE_HS256,
		.may_sign = true, .may_verify = true,
	};
	k->bytes[OCT_K] = str_dup(a, secret);
	return key_load(a, k) ? k : NULL;
}

const struct jwk *jwk_generate(struct arena *a, enum jose_alg alg)
{
	struct jwk *k = arena_alloc(a, sizeof(*k));

	if (alg >= JOSE_HS256)
		return NULL;
	*k = (struct jwk){
		.type = signature_type(alg), .alg = alg,
		.may_sign = true, .may_verify = true,
	};
	key_generate(a, k);
	if (!key_load(a, k))
		abort();
	k->kid = jwk_thumbprint(a, k);
	return k;
}

struct str jwk_kid(const struct jwk *k)
{
	return k->kid;
}

enum jose_alg jwk_alg(const struct jwk *k)
{
	return k->alg;
}

bool jwk_is_private(const struct jwk *k)
{
	return k->is_private;
}

bool jwk_fits(const struct jwk *k, enum jose_alg alg)
{
	return alg < JOSE_ALGS && signature_type(alg) == k->type &&
	       !k->other_alg && (k->alg == JOSE_NO_ALG || k->alg == alg) &&
	       (k->may_verify || (k->may_sign && k->is_private));
}

static void write_bytes(struct buf *b, const struct jwk *k, size_t i)
{
	const struct str bytes = k->bytes[i];

	if (bytes.ptr)
		json_string(b, kinds[k->type].names[i],
			    base64url_encode(b->arena, bytes.ptr, bytes.len));
}

struct str jwk_thumbprint(struct arena *a, const struct jwk *k)
{
	const struct kind *kind = &kinds[k->type];
	struct buf b;
	struct hash h;

	buf_init(&b, a);
	json_object(&b, STR_NONE);
	for (const char *t = kind->thumb; *t; t++) {
		if (*t == 'c')
			json_string(&b, STR("crv"), kind->crv);
		else if (*t == 'k')
			json_string(&b, STR("kty"), kind->kty);
		else
			write_bytes(&b, k, (size_t)(*t - '0'));
	}
	json_object_end(&b);
	h = hash_sha256(buf_str(&b));
	return base64url_encode(a, h.bytes, sizeof(h.bytes));
}

void jwk_write(struct buf *b, struct str name, const struct jwk *k,
	       bool with_private)
{
	const struct kind *kind = &kinds[k->type];
	const size_t n = with_private && k->type != KEY_OCT ? KEY_MEMBERS
							    : kind->public;

	json_object(b, name);
	json_string(b, STR("kty"), kind->kty);
	json_string(b, STR("crv"), kind->crv);
	for (size_t i = 0; i < n; i++)
		write_bytes(b, k, i);
	json_string(b, STR("alg"), jose_alg_name(k->alg));
	json_string(b, STR("use"), STR("sig"));
	json_string(b, STR("kid"), k->kid);
	json_object_end(b);
}
