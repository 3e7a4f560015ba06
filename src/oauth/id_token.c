/* id_token.c - the ID token. */
#include "oauth/id_token.h"

#include "oauth/claims.h"

static void add_hashes(struct exchange *x, const struct signer *s,
		       const struct id_token *t, struct buf *b)
{
	if (t->access_token.ptr)
		json_string(b, STR("at_hash"),
			    signer_half_hash(x->arena, s->alg,
					     t->access_token));
	if (t->code.ptr)
		json_string(b, STR("c_hash"),
			    signer_half_hash(x->arena, s->alg, t->code));
}

struct str id_token_make(struct exchange *x, const struct signer *s,
			 const struct id_token *t)
{
	const struct subject *who = t->subject;
	const struct client *c = t->client;
	struct claims_request asked = { NULL, NULL };
	struct buf b;

	/* It was read before it was stored: if not, nothing is asked for. */
	(void)claims_parse(x->arena, who->requested_claims, &asked);
	buf_init(&b, x->arena);
	json_object(&b, STR_NONE);
	json_string(&b, STR("iss"), c->issuer);
	json_string(&b, STR("sub"), who->sub);
	json_string(&b, STR("aud"), c->client_id);
	json_string(&b, STR("azp"), c->client_id);
	json_number(&b, STR("exp"), c->now + c->id_token_lifetime);
	json_number(&b, STR("iat"), c->now);
	if (who->auth_time > 0)
		json_number(&b, STR("auth_time"), who->auth_time);
	json_string(&b, STR("nonce"), who->nonce);
	json_string(&b, STR("acr"), who->acr);
	if (who->amr.len > 0)
		json_words(&b, STR("amr"), who->amr);
	json_string(&b, STR("sid"), who->sid);
	add_hashes(x, s, t, &b);
	claims_write(x->arena, &b, t->scope, asked.id_token, who->claims,
		     who->more_claims);
	json_object_end(&b);
	return signer_sign(x, s, STR("JWT"), buf_str(&b));
}
