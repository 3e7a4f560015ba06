/*
 * html.h - is a page made of nothing but what the templates of src/page have?
 *
 * Every tag and every attribute is one of theirs, every attribute is quoted,
 * and in text a '<', '>', '"' or '&' of somebody else's is not there to be
 * seen: that is how what a stranger typed stays text.
 */
#ifndef TESTS_FUZZ_HTML_H
#define TESTS_FUZZ_HTML_H

#include "fuzz.h"

/* What is looked for here is no more found by telling libFuzzer each comparison
 * of it, but it takes longer than all else. */
#ifdef __clang__
#define HTML_UNTRACED __attribute__((no_sanitize("coverage")))
#else
#define HTML_UNTRACED
#endif

/* A space before and after each. */
static const struct str html_tags = STR_INIT(
	" !DOCTYPE a bdi body br button code div footer form h1 h2 head html "
	"iframe input label li main meta nav p path rect script small span "
	"style svg title ul ");
static const struct str html_attributes = STR_INIT(
	" action align alt aria-describedby aria-hidden aria-invalid "
	"aria-label aria-labelledby aria-live autocapitalize autocomplete "
	"autocorrect autofocus charset class content d enctype fill for "
	"formnovalidate height hidden href html http-equiv id inputmode "
	"lang maxlength method minlength name novalidate pattern "
	"placeholder property readonly referrerpolicy rel required role "
	"sandbox shape-rendering size spellcheck src style tabindex target "
	"title translate type value viewBox width xmlns ");
static const struct str html_entities = STR_INIT(" amp lt gt quot #39 nbsp ");

HTML_UNTRACED
static bool html_is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '!';
}

/* Is it in one of those lists? */
HTML_UNTRACED
static bool html_is_one_of(struct str list, struct str word)
{
	char spaced[64];

	if (word.len == 0 || word.len > sizeof(spaced) - 2 ||
	    str_has(word, ' '))
		return false;
	spaced[0] = ' ';
	memcpy(spaced + 1, word.ptr, word.len);
	spaced[word.len + 1] = ' ';
	return memmem(list.ptr, list.len, spaced, word.len + 2) != NULL;
}

/* The characters of a name; *at is what follows them. */
HTML_UNTRACED
static struct str html_name(struct str *at)
{
	struct str name = { at->ptr, 0 };

	while (name.len < at->len && html_is_name(at->ptr[name.len]))
		name.len++;
	*at = str_skip(*at, name.len);
	return name;
}

/* No '<' and no '>', and a '&' only where it begins an escape. */
HTML_UNTRACED
static void html_text(struct str text)
{
	assert(!str_has(text, '<') && !str_has(text, '>'));
	while (str_has(text, '&')) {
		(void)str_cut(&text, '&');
		assert(html_is_one_of(html_entities, str_cut(&text, ';')));
		assert(text.ptr);
	}
}

/* After the name of a tag, up to its '>'. */
HTML_UNTRACED
static void html_rest_of_tag(struct str *at)
{
	struct str name;

	while (!str_starts(*at, STR(">")) && !str_starts(*at, STR("/>"))) {
		assert(str_starts(*at, STR(" ")));
		*at = str_skip(*at, 1);
		name = html_name(at);
		assert(html_is_one_of(html_attributes, name));
		if (!str_starts(*at, STR("=\"")))
			continue;
		*at = str_skip(*at, 2);
		html_text(str_cut(at, '"'));
		assert(at->ptr);
	}
	(void)str_cut(at, '>');
}

/* The whole body of an answer. */
__attribute__((unused)) HTML_UNTRACED
static void html_check(struct str page)
{
	while (page.ptr) {
		struct str name;

		html_text(str_cut(&page, '<'));
		if (!page.ptr)
			break;
		if (str_starts(page, STR("/")))
			page = str_skip(page, 1);
		name = html_name(&page);
		assert(html_is_one_of(html_tags, name));
		html_rest_of_tag(&page);
		/* They are constant; what they say, the policy's hash says. */
		if (page.ptr && (str_eq(name, STR("style")) ||
				 str_eq(name, STR("script"))))
			(void)str_cut(&page, '<');
		if (str_starts(page, STR("/style")) ||
		    str_starts(page, STR("/script")))
			(void)str_cut(&page, '>');
	}
}

#endif
