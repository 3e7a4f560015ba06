/* jwt.c - reading the claims of a JSON Web Token. */
#include "jose/jwt.h"

bool jwt_claims(struct arena *a, const struct jws *j, const struct json **out)
{
	const struct json *claims = json_parse(a, j->payload);

	if (!json_is_object(claims))
		return false;
	*out = claims;
	return true;
}

enum jwt_claim jwt_number_read(const struct json *claims, struct str name,
			       long long *out)
{
	const struct json *value = json_member(claims, name);

	if (!value)
		return JWT_ABSENT;
	return json_floor(value, out) ? JWT_OK : JWT_WRONG;
}

enum jwt_claim jwt_text_read(const struct json *claims, struct str name,
			     struct str *out)
{
	const struct json *value = json_member(claims, name);
	struct str text = json_text(value);

	if (!value)
		return JWT_ABSENT;
	if (!text.ptr)
		return JWT_WRONG;
	*out = text;
	return JWT_OK;
}

bool jwt_number(const struct json *claims, struct str name, long long *out)
{
	return jwt_number_read(claims, name, out) == JWT_OK;
}

bool jwt_audience_has(const struct json *claims, struct str aud)
{
	const struct json *value = json_member(claims, STR("aud")), *item;
	bool found = false;

	if (!aud.ptr)
		return false;
	if (!json_is_array(value))
		return str_eq(json_text(value), aud);
	for (item = json_item(value, 0); item; item = json_next(item)) {
		const struct str text = json_text(item);

		if (!text.ptr)
			return false;
		found = found || str_eq(text, aud);
	}
	return found;
}
