/* jwk_set.c - somebody's public keys. */
#include "jose/jwk_set.h"

#include "base/arena.h"

/* In a key of any type, also of one that is not read. */
static bool has_private_member(const struct json *key)
{
	static const struct str names[] = {
		STR_INIT("d"), STR_INIT("p"), STR_INIT("q"), STR_INIT("dp"),
		STR_INIT("dq"), STR_INIT("qi"), STR_INIT("oth"),
		STR_INIT("k"), STR_INIT("priv"),
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (json_member(key, names[i]))
			return true;
	}
	return false;
}

bool jwk_set_parse(struct arena *a, struct str text, struct jwk_set *out)
{
	const struct json *array = json_member(json_parse(a, text),
					       STR("keys"));
	const struct jwk **keys;
	size_t count = 0, seen = 0;

	if (!json_is_array(array))
		return false;
	keys = arena_alloc(a, sizeof(const struct jwk *[JWK_SET_MAX]));
	for (const struct json *key = json_item(array, 0); key;
	     key = json_next(key)) {
		if (has_private_member(key))
			return false;
		if (seen++ < JWK_SET_MAX && (keys[count] = jwk_parse(a, key)))
			count++;
	}
	*out = (struct jwk_set){ keys, count };
	return true;
}

const struct jwk *jwk_set_find(const struct jwk_set *s, struct str kid,
			       enum jose_alg alg)
{
	const struct jwk *found = NULL;

	for (size_t i = 0; i < s->count; i++) {
		const struct jwk *k = s->keys[i];

		if (!jwk_fits(k, alg) ||
		    (kid.ptr && !str_eq(jwk_kid(k), kid)))
			continue;
		if (found)
			return NULL;
		found = k;
	}
	return found;
}
