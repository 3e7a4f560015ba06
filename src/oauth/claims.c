/* claims.c - what is said of a person, and to whom. */
#include "oauth/claims.h"

#include "base/arena.h"

/* OpenID Connect Core sections 5.1 and 5.4. */
static const struct {
	struct str claim, scope;
} standard[] = {
	{ STR_INIT("name"), STR_INIT("profile") },
	{ STR_INIT("family_name"), STR_INIT("profile") },
	{ STR_INIT("given_name"), STR_INIT("profile") },
	{ STR_INIT("middle_name"), STR_INIT("profile") },
	{ STR_INIT("nickname"), STR_INIT("profile") },
	{ STR_INIT("preferred_username"), STR_INIT("profile") },
	{ STR_INIT("profile"), STR_INIT("profile") },
	{ STR_INIT("picture"), STR_INIT("profile") },
	{ STR_INIT("website"), STR_INIT("profile") },
	{ STR_INIT("gender"), STR_INIT("profile") },
	{ STR_INIT("birthdate"), STR_INIT("profile") },
	{ STR_INIT("zoneinfo"), STR_INIT("profile") },
	{ STR_INIT("locale"), STR_INIT("profile") },
	{ STR_INIT("updated_at"), STR_INIT("profile") },
	{ STR_INIT("email"), STR_INIT("email") },
	{ STR_INIT("email_verified"), STR_INIT("email") },
	{ STR_INIT("address"), STR_INIT("address") },
	{ STR_INIT("phone_number"), STR_INIT("phone") },
	{ STR_INIT("phone_number_verified"), STR_INIT("phone") },
};

#define STANDARD (sizeof(standard) / sizeof(standard[0]))

/* What the server itself says, and no function of the operator's may. */
#define OWN "iss sub aud exp iat nbf jti nonce auth_time acr amr azp sid " \
	"at_hash c_hash s_hash client_id scope cnf events"

static bool is_standard(struct str name)
{
	for (size_t i = 0; i < STANDARD; i++) {
		if (str_eq(standard[i].claim, name))
			return true;
	}
	return false;
}

static bool read_member(const struct json *all, struct str name,
			const struct json **out)
{
	*out = json_member(all, name);
	if (*out && json_is_null(*out))
		*out = NULL;
	return !*out || json_is_object(*out);
}

bool claims_parse(struct arena *a, struct str text, struct claims_request *out)
{
	struct claims_request in = { NULL, NULL };
	const struct json *all;

	if (!text.ptr) {
		*out = in;
		return true;
	}
	all = json_parse(a, text);
	if (!json_is_object(all) ||
	    !read_member(all, STR("userinfo"), &in.userinfo) ||
	    !read_member(all, STR("id_token"), &in.id_token))
		return false;
	*out = in;
	return true;
}

struct str claims_scope(struct arena *a, const struct claims_request *in)
{
	struct buf b;

	buf_init(&b, a);
	for (size_t i = 0; i < STANDARD; i++) {
		if (!json_member(in->userinfo, standard[i].claim) &&
		    !json_member(in->id_token, standard[i].claim))
			continue;
		if (str_list_has(buf_str(&b), standard[i].scope))
			continue;
		if (b.len > 0)
			buf_char(&b, ' ');
		buf_add(&b, standard[i].scope);
	}
	return buf_str(&b);
}

static size_t narrow_member(struct buf *b, struct str name,
			    const struct json *asked, struct str allowed)
{
	size_t n = 0;

	json_object(b, name);
	for (size_t i = 0; i < STANDARD; i++) {
		if (!json_member(asked, standard[i].claim) ||
		    !str_list_has(allowed, standard[i].scope))
			continue;
		json_bool(b, standard[i].claim, true);
		n++;
	}
	json_object_end(b);
	return n;
}

struct str claims_narrow(struct arena *a, const struct claims_request *in,
			 struct str allowed)
{
	struct buf b;
	size_t n;

	buf_init(&b, a);
	json_object(&b, STR_NONE);
	n = narrow_member(&b, STR("userinfo"), in->userinfo, allowed);
	n += narrow_member(&b, STR("id_token"), in->id_token, allowed);
	json_object_end(&b);
	return n > 0 ? buf_str(&b) : STR_NONE;
}

/* Is have the value, or one of the values, that the member asks for? */
static bool is_met(const struct json *member, struct str have)
{
	const struct json *value = json_member(member, STR("value"));
	const struct json *values = json_member(member, STR("values")), *one;

	if (value)
		return str_eq(json_text(value), have);
	if (!values)
		return true;
	/* Not one by one by their number: of tens of thousands, as a signed
	 * request may have, that would hold up all other requests. */
	for (one = json_item(values, 0); one; one = json_next(one)) {
		if (str_eq(json_text(one), have))
			return true;
	}
	return false;
}

bool claims_unmet(const struct claims_request *in, struct str name,
		  struct str have, bool essential)
{
	const struct json *members[] = {
		json_member(in->id_token, name),
		json_member(in->userinfo, name),
	};

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		bool counts = !essential ||
			      json_is_true(json_member(members[i],
						       STR("essential")));

		if (members[i] && counts && !is_met(members[i], have))
			return true;
	}
	return false;
}

void claims_write(struct arena *a, struct buf *b, struct str scope,
		  const struct json *asked, struct str claims,
		  struct str more_claims)
{
	const struct json *of_user = json_parse(a, claims);
	const struct json *more = json_parse(a, more_claims), *value;

	for (size_t i = 0; i < STANDARD; i++) {
		if (!str_list_has(scope, standard[i].scope) &&
		    !json_member(asked, standard[i].claim))
			continue;
		value = json_member(more, standard[i].claim);
		if (!value)
			value = json_member(of_user, standard[i].claim);
		/* Section 5.3.2: left out, and not null. */
		if (value && !json_is_null(value))
			json_value(b, standard[i].claim, value);
	}
	/* What the operator's function gives may be no object: then its values
	 * have no names, and would not be members. */
	value = json_is_object(more) ? json_item(more, 0) : NULL;
	for (; value; value = json_next(value)) {
		if (!is_standard(json_name(value)) &&
		    !str_list_has(STR(OWN), json_name(value)))
			json_value(b, json_name(value), value);
	}
}

struct str claims_supported(struct arena *a)
{
	struct buf b;

	buf_init(&b, a);
	buf_add(&b, STR("sub iss aud exp iat auth_time acr amr nonce sid"));
	for (size_t i = 0; i < STANDARD; i++) {
		buf_char(&b, ' ');
		buf_add(&b, standard[i].claim);
	}
	return buf_str(&b);
}
