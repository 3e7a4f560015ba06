/* jws.c - JSON Web Signatures, compact. */
#include "jose/jws.h"

#include "base/base64.h"
#include "base/buf.h"
#include "jose/key.h"
#include "jose/signature.h"

/*
 * Extensions that must be understood (RFC 7515 section 4.1.11, RFC 7797), and
 * keys that whoever made the signature brings along (RFC 7515 sections 4.1.2
 * to 4.1.6): none of them is heeded, and a header that asks for it is refused
 * before it could be.
 */
static const struct str refused[] = {
	STR_INIT("crit"), STR_INIT("b64"), STR_INIT("jwk"), STR_INIT("jku"),
	STR_INIT("x5u"), STR_INIT("x5c"),
};

/* A string, or not there. */
static bool read_text(const struct json *header, struct str name,
		      struct str *out)
{
	const struct json *m = json_member(header, name);

	*out = json_text(m);
	return !m || out->ptr;
}

static bool read_header(struct arena *a, struct str segment, struct jws *j)
{
	struct str text;

	if (!base64url_decode_all(a, segment, &text))
		return false;
	j->header = json_parse(a, text);
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		if (json_member(j->header, refused[i]))
			return false;
	}
	j->alg_name = json_text(json_member(j->header, STR("alg")));
	j->alg = jose_alg_find(j->alg_name);
	return j->alg_name.ptr && read_text(j->header, STR("kid"), &j->kid) &&
	       read_text(j->header, STR("typ"), &j->typ) &&
	       read_text(j->header, STR("cty"), &j->cty);
}

bool jws_parse(struct arena *a, struct str text, struct jws *out)
{
	struct str rest = text, header, payload;
	struct jws j = { .alg = JOSE_NO_ALG };

	if (text.len > JWS_MAX)
		return false;
	header = str_cut(&rest, '.');
	payload = str_cut(&rest, '.');
	if (header.len == 0 || payload.len == 0 || rest.len == 0)
		return false;
	j.signing_input = (struct str){ text.ptr,
					header.len + 1 + payload.len };
	/* A fourth segment is in rest, and no base64url. */
	if (!base64url_decode_all(a, rest, &j.signature) ||
	    !base64url_decode_all(a, payload, &j.payload) ||
	    !read_header(a, header, &j))
		return false;
	*out = j;
	return true;
}

bool jws_verify(struct arena *a, const struct jws *j, const struct jwk *key,
		enum jose_alg alg)
{
	(void)a;
	return alg < JOSE_ALGS && j->alg == alg && jwk_fits(key, alg) &&
	       key->may_verify &&
	       signature_verify(key, alg, j->signing_input, j->signature);
}

struct str jws_sign(struct arena *a, const struct jwk *private_key,
		    enum jose_alg alg, struct str typ, struct str payload)
{
	struct str header, signature;
	struct buf h, b;

	if (!jwk_fits(private_key, alg) || !private_key->may_sign ||
	    !private_key->is_private)
		return STR_NONE;
	buf_init(&h, a);
	json_object(&h, STR_NONE);
	json_string(&h, STR("alg"), jose_alg_name(alg));
	json_string(&h, STR("typ"), typ);
	json_string(&h, STR("kid"), private_key->kid);
	json_object_end(&h);
	header = buf_str(&h);
	buf_init(&b, a);
	buf_add(&b, base64url_encode(a, header.ptr, header.len));
	buf_char(&b, '.');
	buf_add(&b, base64url_encode(a, payload.ptr, payload.len));
	signature = signature_make(a, private_key, alg, buf_str(&b));
	/* The key can: nothing was missing but memory, and nobody may get an
	 * answer without what was to be signed. */
	if (!signature.ptr)
		abort();
	buf_char(&b, '.');
	buf_add(&b, base64url_encode(a, signature.ptr, signature.len));
	return buf_str(&b);
}
