/* document.c - a language, a frame of HTML, header fields. */
#include "page/document.h"

#include "page/style.h"
#include "page/template.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct draft draft_of(const struct page_view *v)
{
	struct draft d = { v->arena, PAGE_ENGLISH };

	if (!page_language_wanted(v->ui_locales, &d.language))
		d.language = page_language(v->languages);
	return d;
}

struct str draft_text(const struct draft *d, enum page_message id)
{
	return page_text(d->language, id);
}

struct str draft_message(const struct draft *d, enum page_message id,
			 const char *name, struct str value)
{
	const struct template_value inner[] = {
		TEMPLATE_TEXT("value", value),
	};
	const struct template_value outer = {
		str_of(name),
		template_fill(d->arena, STR("<bdi>{value}</bdi>"), inner,
			      COUNT(inner)),
		true
	};

	return template_fill(d->arena, draft_text(d, id), &outer, 1);
}

/*
 * An origin as a source, or absent.  Only characters that cannot end it come
 * into the header.  An IP literal is no host-source (CSP3 section 2.3.1), and a
 * browser would leave it out: there the scheme stands alone.
 */
static struct str source_of(struct str origin)
{
	for (size_t i = 0; i < origin.len; i++) {
		char c = origin.ptr[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		      (c >= '0' && c <= '9') || str_has(STR("+-._:/[]"), c)))
			return STR_NONE;
	}
	if (str_has(origin, '[')) {
		struct str scheme = str_cut(&origin, ':');

		scheme.len++;
		return scheme;
	}
	return origin;
}

/* Returns whether there was one. */
static bool add_source(struct buf *policy, struct str origin)
{
	struct str source = source_of(origin);

	if (!source.len)
		return false;
	buf_char(policy, ' ');
	buf_add(policy, source);
	return true;
}

static struct str policy_of(struct arena *a, const struct document *doc)
{
	struct buf policy;

	buf_init(&policy, a);
	buf_add(&policy, STR("default-src 'none'; "
			     "style-src 'sha256-" PAGE_STYLE_HASH "'; "));
	if (doc->script_hash.len)
		buf_addf(&policy, "script-src 'sha256-%.*s'; ",
			 STR_ARG(doc->script_hash));
	if (doc->frame_count) {
		buf_add(&policy, STR("frame-src"));
		for (size_t i = 0; i < doc->frame_count; i++)
			add_source(&policy, doc->frames[i]);
		buf_add(&policy, STR("; "));
	}
	buf_add(&policy, STR("form-action 'self'"));
	add_source(&policy, doc->form_origin);
	buf_add(&policy, STR("; frame-ancestors"));
	if (!add_source(&policy, doc->framed_by))
		buf_add(&policy, STR(" 'none'"));
	buf_add(&policy, STR("; base-uri 'none'"));
	return buf_str(&policy);
}

/*
 * What a page has besides the header fields of every answer (reply_init()).  A
 * browser that knows frame-ancestors does not look at X-Frame-Options.
 */
static void document_headers(struct reply *r, enum page_language language,
			     struct str policy, bool leads_on)
{
	reply_header(r, STR("Content-Type"), STR("text/html; charset=utf-8"));
	reply_header(r, STR("Content-Language"), page_language_tag(language));
	reply_header(r, STR("Vary"), STR("Accept-Language"));
	reply_header(r, STR("Content-Security-Policy"), policy);
	reply_header(r, STR("X-Frame-Options"), STR("DENY"));
	/* An application that signs people in in a window of its own waits
	 * there for what comes back: that window may not lose its opener. */
	if (!leads_on)
		reply_header(r, STR("Cross-Origin-Opener-Policy"),
			     STR("same-origin"));
}

void document_show(const struct page_view *v, int status,
		   const struct document *doc)
{
	static const struct str template = STR_INIT(
		"<!DOCTYPE html>\n"
		"<html lang=\"{lang}\">\n"
		"<head>\n"
		"<meta charset=\"utf-8\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, "
		"initial-scale=1\">\n"
		"<title>{title}</title>\n"
		"<style>{style}</style>\n"
		"{head}"
		"</head>\n"
		"<body>\n"
		"<main>\n{content}</main>\n"
		"</body>\n"
		"</html>\n");
	struct draft d = draft_of(v);
	const struct template_value values[] = {
		TEMPLATE_TEXT("lang", page_language_tag(d.language)),
		TEMPLATE_TEXT("title", draft_text(&d, doc->title)),
		TEMPLATE_BUILT("style", STR(PAGE_STYLE)),
		TEMPLATE_BUILT("head", doc->head),
		TEMPLATE_BUILT("content", doc->content),
	};

	v->reply->status = status;
	document_headers(v->reply, d.language, policy_of(v->arena, doc),
			 doc->form_origin.len > 0);
	buf_add(&v->reply->body,
		template_fill(v->arena, template, values, COUNT(values)));
}
