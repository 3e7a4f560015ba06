/* client_assertion.c - the rules for assertions (RFC 7523 section 3). */
#include "oauth/client_assertion.h"

#define TOKEN_ENDPOINT "/oauth/token"

/* The fault, or absent. */
typedef struct str check_fn(const struct assertion *as,
			    const struct assertion_rules *r);

struct str assertion_parse(struct arena *a, struct str text,
			   struct assertion *out)
{
	struct assertion as = { .exp = 0 };

	if (!jws_parse(a, text, &as.jws))
		return STR("the assertion is no JWS");
	/* Before the signature is verified: by whom it must be is in it. */
	if (!jwt_claims(a, &as.jws, &as.claims))
		return STR("the assertion's payload is no JSON object");
	as.iss = json_text(json_member(as.claims, STR("iss")));
	as.sub = json_text(json_member(as.claims, STR("sub")));
	as.jti = json_text(json_member(as.claims, STR("jti")));
	if (!jwt_number(as.claims, STR("exp"), &as.exp))
		as.exp = 0;
	*out = as;
	return STR_NONE;
}

/* RFC 8725 section 3.1: what the header says is compared, never followed. */
static struct str check_alg(const struct assertion *as,
			    const struct assertion_rules *r)
{
	if (as->jws.alg == JOSE_NO_ALG)
		return STR("alg is not offered");
	if (r->alg.len > 0 && !str_eq(as->jws.alg_name, r->alg))
		return STR("alg is not the registered one");
	/* FAPI 2.0 Security Profile section 5.4.1 */
	if (r->fapi2 && as->jws.alg == JOSE_RS256)
		return STR("alg is none of FAPI 2.0");
	return STR_NONE;
}

/*
 * RFC 8725 section 3.11: an ID token, a request object or a DPoP proof that
 * says what it is, is none of these.  own: what the drafts that follow RFC 7523
 * have for it.
 */
static bool is_type(struct str typ, struct str own)
{
	return !typ.ptr || str_eq_nocase(typ, STR("JWT")) ||
	       str_eq_nocase(typ, own);
}

static struct str check_client_typ(const struct assertion *as,
				   const struct assertion_rules *r)
{
	(void)r;
	return is_type(as->jws.typ, STR("client-authentication+jwt"))
		       ? STR_NONE
		       : STR("typ is not that of a client's assertion");
}

static struct str check_grant_typ(const struct assertion *as,
				  const struct assertion_rules *r)
{
	(void)r;
	return is_type(as->jws.typ, STR("authorization-grant+jwt"))
		       ? STR_NONE
		       : STR("typ is not that of a grant's assertion");
}

static struct str check_iss(const struct assertion *as,
			    const struct assertion_rules *r)
{
	(void)r;
	return as->iss.len > 0 ? STR_NONE : STR("iss is missing or no string");
}

static struct str check_sub(const struct assertion *as,
			    const struct assertion_rules *r)
{
	(void)r;
	return as->sub.len > 0 ? STR_NONE : STR("sub is missing or no string");
}

/* RFC 7523 section 3, points 1 and 2B; OpenID Connect Core section 9. */
static struct str check_client(const struct assertion *as,
			       const struct assertion_rules *r)
{
	if (!str_eq(as->iss, as->sub))
		return STR("iss and sub are not the same");
	if (!str_eq(as->sub, r->client_id))
		return STR("sub is not the client_id");
	return STR_NONE;
}

/* A client's assertion about itself is not one about a person. */
static struct str check_person(const struct assertion *as,
			       const struct assertion_rules *r)
{
	if (str_eq(as->sub, as->iss) || str_eq(as->sub, r->client_id))
		return STR("sub is the issuer or the client, and no person");
	return STR_NONE;
}

/*
 * Our issuer, or the URL of the token endpoint (RFC 7523 section 3, point 3) or
 * of the endpoint that was called.  Byte for byte: no other spelling.
 */
static bool is_us(struct str aud, const struct assertion_rules *r)
{
	struct str path = str_skip(aud, r->issuer.len);

	if (str_eq(aud, r->issuer))
		return true;
	return str_starts(aud, r->issuer) && path.len > 0 &&
	       (str_eq(path, STR(TOKEN_ENDPOINT)) || str_eq(path, r->endpoint));
}

/*
 * Alone: an assertion that names others, too, is theirs to replay here
 * (CVE-2025-27370, CVE-2025-27371).  FAPI 2.0 Security Profile section 5.3.2.1:
 * "shall only accept its issuer identifier value [...] as a string".
 */
static struct str check_aud(const struct assertion *as,
			    const struct assertion_rules *r)
{
	const struct json *aud = json_member(as->claims, STR("aud"));
	const struct json *first = json_item(aud, 0);

	if (!aud)
		return STR("aud is missing");
	if (r->fapi2)
		return str_eq(json_text(aud), r->issuer)
			       ? STR_NONE
			       : STR("aud is not the issuer as a string");
	if (json_is_array(aud)) {
		if (!first || json_next(first))
			return STR("aud has not one member");
		aud = first;
	}
	return is_us(json_text(aud), r) ? STR_NONE : STR("aud is not us");
}

static struct str check_exp(const struct assertion *as,
			    const struct assertion_rules *r)
{
	long long exp;

	switch (jwt_number_read(as->claims, STR("exp"), &exp)) {
	case JWT_ABSENT:
		return STR("exp is missing");
	case JWT_WRONG:
		return STR("exp is no number");
	case JWT_OK:
		break;
	}
	if (exp <= r->now)
		return STR("exp is past");
	if (exp > r->now + ASSERTION_LIFE + ASSERTION_SKEW)
		return STR("exp is more than an hour ahead");
	return STR_NONE;
}

/* Is it there, then a number, and not ahead of our clock? */
static bool is_past(const struct assertion *as, struct str name,
		    const struct assertion_rules *r)
{
	long long t = 0;

	switch (jwt_number_read(as->claims, name, &t)) {
	case JWT_ABSENT:
		return true;
	case JWT_WRONG:
		return false;
	case JWT_OK:
		break;
	}
	return t <= r->now + ASSERTION_SKEW;
}

static struct str check_nbf(const struct assertion *as,
			    const struct assertion_rules *r)
{
	return is_past(as, STR("nbf"), r) ? STR_NONE
					  : STR("nbf is ahead, or no number");
}

static struct str check_iat(const struct assertion *as,
			    const struct assertion_rules *r)
{
	return is_past(as, STR("iat"), r) ? STR_NONE
					  : STR("iat is ahead, or no number");
}

/* RFC 7523 section 3, point 7: there or not, but a string. */
static struct str check_jti(const struct assertion *as,
			    const struct assertion_rules *r)
{
	(void)r;
	if (json_member(as->claims, STR("jti")) && as->jti.len == 0)
		return STR("jti is empty or no string");
	if (as->jti.len > ASSERTION_JTI_MAX)
		return STR("jti is too long");
	return STR_NONE;
}

/* OpenID Connect Core section 9: REQUIRED. */
static struct str check_jti_is_there(const struct assertion *as,
				     const struct assertion_rules *r)
{
	(void)r;
	return as->jti.ptr ? STR_NONE : STR("jti is missing");
}

static struct str first_fault(check_fn *const *checks,
			      const struct assertion *as,
			      const struct assertion_rules *r)
{
	struct str fault = STR_NONE;

	while (*checks && !fault.ptr)
		fault = (*checks++)(as, r);
	return fault;
}

struct str client_assertion_fault(const struct assertion *as,
				  const struct assertion_rules *r)
{
	static check_fn *const checks[] = {
		check_alg, check_client_typ, check_iss, check_sub, check_client,
		check_aud, check_exp, check_nbf, check_iat,
		check_jti, check_jti_is_there, NULL
	};

	return first_fault(checks, as, r);
}

struct str grant_assertion_fault(const struct assertion *as,
				 const struct assertion_rules *r)
{
	static check_fn *const checks[] = {
		check_alg, check_grant_typ, check_iss, check_sub, check_person,
		check_aud, check_exp, check_nbf, check_iat,
		check_jti, NULL
	};

	return first_fault(checks, as, r);
}
