/*
 * userinfo.c - the UserInfo endpoint (OpenID Connect Core section 5.3).
 */
#include "endpoint/bearer.h"
#include "endpoint/endpoint.h"
#include "oauth/claims.h"
#include "oauth/signing.h"

static struct str members(struct exchange *x, const struct bearer *b,
			  bool is_signed)
{
	struct claims_request asked = { NULL, NULL };
	struct buf out;

	/* It was read before it was stored: if not, nothing is asked for. */
	(void)claims_parse(x->arena, b->requested_claims, &asked);
	buf_init(&out, x->arena);
	json_object(&out, STR_NONE);
	/* Section 5.3.2: signed, it says whose it is and for whom. */
	if (is_signed) {
		json_string(&out, STR("iss"), b->issuer);
		json_string(&out, STR("aud"), b->client_id);
		json_number(&out, STR("iat"), b->now);
	}
	json_string(&out, STR("sub"), b->sub);
	claims_write(x->arena, &out, b->scope, asked.userinfo, b->claims,
		     b->more_claims);
	json_object_end(&out);
	return buf_str(&out);
}

static enum oauth_error answer(struct exchange *x, const struct bearer *b)
{
	/* Whether there is a key or not: what the client asked for is not to be
	 * had unsigned. */
	const bool is_signed = b->userinfo_key.alg.ptr != NULL;
	struct signer signer;
	enum oauth_error e = OAUTH_OK;

	if (is_signed)
		e = signer_open(x, &b->userinfo_key, b->client_id,
				STR("userinfo"), &signer);
	if (e)
		return e;
	reply_json(&x->reply, 200);
	if (!is_signed) {
		buf_add(&x->reply.body, members(x, b, false));
		return OAUTH_OK;
	}
	reply_header(&x->reply, STR("Content-Type"), STR("application/jwt"));
	buf_add(&x->reply.body,
		signer_sign(x, &signer, STR("JWT"), members(x, b, true)));
	return OAUTH_OK;
}

void userinfo_endpoint(struct exchange *x)
{
	static const struct str openid[] = { STR_INIT("openid") };
	static const struct scope_need need = {
		.any_of = openid, .count = 1, .claims = true,
	};
	struct bearer b;

	if (bearer_require(x, &need, &b))
		return;
	if (!b.sub.ptr) {
		oauth_fail(x, OAUTH_INSUFFICIENT_SCOPE,
			   "the access token acts for no user");
		oauth_reply_challenge(x);
	} else if (answer(x, &b)) {
		oauth_reply_json(x);
	}
}
