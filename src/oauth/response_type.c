/* response_type.c - what the authorization endpoint may answer with. */
#include "oauth/response_type.h"

static const struct response_type types[] = {
	{ STR_INIT("code"), true, false, false },
	{ STR_INIT("token"), false, false, true },
	{ STR_INIT("id_token"), false, true, false },
	{ STR_INIT("id_token token"), false, true, true },
	{ STR_INIT("code id_token"), true, true, false },
	{ STR_INIT("code token"), true, false, true },
	{ STR_INIT("code id_token token"), true, true, true },
};

#define TYPES (sizeof(types) / sizeof(types[0]))

static const struct {
	struct str name;
	struct response_mode mode;
	bool by_type;			/* "jwt": the type's own place */
} modes[] = {
	{ STR_INIT("query"), { PLACE_QUERY, false }, false },
	{ STR_INIT("fragment"), { PLACE_FRAGMENT, false }, false },
	{ STR_INIT("form_post"), { PLACE_FORM_POST, false }, false },
	{ STR_INIT("query.jwt"), { PLACE_QUERY, true }, false },
	{ STR_INIT("fragment.jwt"), { PLACE_FRAGMENT, true }, false },
	{ STR_INIT("form_post.jwt"), { PLACE_FORM_POST, true }, false },
	{ STR_INIT("jwt"), { PLACE_QUERY, true }, true },
};

#define MODES (sizeof(modes) / sizeof(modes[0]))

struct str response_modes(void)
{
	return STR("query fragment form_post query.jwt fragment.jwt "
		   "form_post.jwt jwt");
}

static size_t count_words(struct str list)
{
	size_t n = 0;

	while (str_word(&list).ptr)
		n++;
	return n;
}

/* The same words, and nothing but single spaces between them. */
static bool same_words(struct str asked, struct str name)
{
	struct str rest = name, word;

	if (asked.len != name.len || count_words(asked) != count_words(name))
		return false;
	while ((word = str_word(&rest)).ptr) {
		if (!str_list_has(asked, word))
			return false;
	}
	return true;
}

const struct response_type *response_type_find(struct str name)
{
	for (size_t i = 0; i < TYPES; i++) {
		if (same_words(name, types[i].name))
			return &types[i];
	}
	return NULL;
}

const struct response_type *response_type_at(size_t i)
{
	return i < TYPES ? &types[i] : NULL;
}

static enum response_place own_place(const struct response_type *type)
{
	return type && (type->id_token || type->token) ? PLACE_FRAGMENT
						       : PLACE_QUERY;
}

static bool find_mode(const struct response_type *type, struct str name,
		      struct response_mode *out)
{
	for (size_t i = 0; i < MODES; i++) {
		if (!str_eq(modes[i].name, name))
			continue;
		*out = modes[i].mode;
		if (modes[i].by_type)
			out->place = own_place(type);
		/* What is signed but not encrypted is no less readable. */
		return out->place != PLACE_QUERY ||
		       own_place(type) == PLACE_QUERY;
	}
	return false;
}

struct response_mode response_mode_of(struct str response_type,
				      struct str response_mode)
{
	const struct response_type *type = response_type_find(response_type);
	struct response_mode mode;

	if (find_mode(type, response_mode, &mode))
		return mode;
	return (struct response_mode){ own_place(type), false };
}

bool response_mode_fits(const struct response_type *type,
			struct str response_mode)
{
	struct response_mode mode;

	return !response_mode.ptr || find_mode(type, response_mode, &mode);
}
