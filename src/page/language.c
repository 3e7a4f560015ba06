/*
 * language.c - which language to speak (RFC 9110 section 12.5.4, OpenID
 * Connect Core section 3.1.2.1).
 */
#include "page/message.h"

static struct str trim(struct str s)
{
	while (s.len && (s.ptr[0] == ' ' || s.ptr[0] == '\t'))
		s = str_skip(s, 1);
	while (s.len && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\t'))
		s.len--;
	return s;
}

/*
 * RFC 9110 section 12.4.2: "0" or "1" and up to three decimals, here in
 * thousandths.  What is no weight weighs nothing.
 */
static int thousandths(struct str digits)
{
	int weight = 0, unit = 1000;

	if (digits.len > 5 || (digits.len > 1 && digits.ptr[1] != '.'))
		return 0;
	for (size_t i = 0; i < digits.len; i++) {
		if (i == 1)
			continue;
		if (digits.ptr[i] < '0' || digits.ptr[i] > '9')
			return 0;
		weight += (digits.ptr[i] - '0') * unit;
		unit /= 10;
	}
	return weight <= 1000 ? weight : 0;
}

/* The weight among the parameters of a language range; 1 where none is. */
static int weight_of(struct str parameters)
{
	while (parameters.ptr) {
		struct str value = str_cut(&parameters, ';');
		struct str name = trim(str_cut(&value, '='));

		if (str_eq_nocase(name, STR("q")))
			return thousandths(trim(value));
	}
	return 1000;
}

/* By the primary subtag alone: "de-AT" is German. */
static bool speaks(struct str tag, enum page_language *language)
{
	struct str primary = str_cut(&tag, '-');

	for (int i = 0; i < PAGE_LANGUAGES; i++) {
		enum page_language l = (enum page_language)i;

		if (str_eq_nocase(primary, page_language_tag(l))) {
			*language = l;
			return true;
		}
	}
	return false;
}

enum page_language page_language(struct str accept)
{
	enum page_language best = PAGE_ENGLISH, language;
	int best_weight = 0;

	while (accept.ptr) {
		struct str item = str_cut(&accept, ',');
		struct str range = trim(str_cut(&item, ';'));
		int weight = weight_of(item);

		if (str_eq(range, STR("*")))
			range = page_language_tag(PAGE_ENGLISH);
		if (!speaks(range, &language))
			continue;
		if (weight > best_weight) {
			best = language;
			best_weight = weight;
		}
	}
	return best;
}

bool page_language_wanted(struct str ui_locales, enum page_language *out)
{
	struct str tag;

	while ((tag = str_word(&ui_locales)).ptr) {
		if (speaks(tag, out))
			return true;
	}
	return false;
}
