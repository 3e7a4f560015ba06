/*
 * template.h - HTML with values put in.
 *
 * A template is a literal with {name} where a value goes.  What is put in is
 * escaped, unless it says TEMPLATE_BUILT: the result of another fill, or a
 * literal.  Values are not looked at for {name}: what comes from outside is
 * never a template.
 */
#ifndef PAGE_TEMPLATE_H
#define PAGE_TEMPLATE_H

#include "base/str.h"

struct template_value {
	struct str name;
	struct str text;	/* absent: nothing */
	bool built;		/* is HTML already */
};

/* Elements of an array of values: text to escape, and HTML as it stands. */
#define TEMPLATE_TEXT(name, text) { STR_INIT(name), text, false }
#define TEMPLATE_BUILT(name, html) { STR_INIT(name), html, true }

/*
 * The template with every {name} replaced by the value of that name; an
 * assertion that there is one.  Lives in the arena.
 */
struct str template_fill(struct arena *a, struct str template,
			 const struct template_value *values, size_t count);

#endif
