/* part.c - what several pages have. */
#include "page/part.h"

#include "page/template.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The first character of s: of UTF-8, the whole sequence. */
static struct str first_of(struct str s)
{
	size_t n = s.len ? 1 : 0;

	while (n && n < s.len && ((unsigned char)s.ptr[n] & 0xc0) == 0x80)
		n++;
	return (struct str){ s.ptr, n };
}

struct str part_mark(const struct draft *d, struct str client_name)
{
	const struct template_value values[] = {
		TEMPLATE_TEXT("first", first_of(client_name)),
	};

	return template_fill(d->arena,
			     STR("<div class=\"mark\" aria-hidden=\"true\">"
				 "{first}</div>\n"),
			     values, COUNT(values));
}

struct str part_hidden(const struct draft *d, const struct page_form *form)
{
	const struct template_value values[] = {
		TEMPLATE_TEXT("request", form->request),
		TEMPLATE_TEXT("form_token", form->form_token),
	};

	return template_fill(d->arena,
			     STR("<input type=\"hidden\" name=\"request\" "
				 "value=\"{request}\">\n"
				 "<input type=\"hidden\" name=\"form_token\" "
				 "value=\"{form_token}\">\n"),
			     values, COUNT(values));
}

struct str part_fault(const struct draft *d, enum page_message fault)
{
	const struct template_value values[] = {
		TEMPLATE_TEXT("fault", draft_text(d, fault)),
	};

	if (fault == PAGE_NONE)
		return STR_NONE;
	return template_fill(d->arena,
			     STR("<p role=\"alert\" id=\"fault\">{fault}</p>"
				 "\n"),
			     values, COUNT(values));
}

struct str part_scopes(const struct draft *d, const struct page_client *client,
		       const struct page_scope *scopes, size_t count)
{
	struct buf list;

	buf_init(&list, d->arena);
	if (!count) {
		buf_add(&list, STR("<p>"));
		buf_add(&list, draft_message(d, PAGE_WHO_YOU_ARE, "client",
					      client->client_name));
		buf_add(&list, STR("</p>\n"));
		return buf_str(&list);
	}
	buf_add(&list, STR("<ul>\n"));
	for (size_t i = 0; i < count; i++) {
		const struct template_value values[] = {
			TEMPLATE_TEXT("description", scopes[i].description),
			TEMPLATE_TEXT("name", scopes[i].name),
		};

		buf_add(&list, template_fill(d->arena,
					     STR("<li>{description} <small>"
						 "<code>{name}</code></small>"
						 "</li>\n"),
					     values, COUNT(values)));
	}
	buf_add(&list, STR("</ul>\n"));
	return buf_str(&list);
}

struct str part_focus(enum page_message fault)
{
	if (fault == PAGE_NONE)
		return STR(" autofocus");
	return STR(" autofocus aria-describedby=\"fault\"");
}

/* A link, but for what is no web page: "javascript:" above all. */
static struct str link_to(const struct draft *d, struct str uri,
			  enum page_message label)
{
	struct str rest = uri, scheme = str_cut(&rest, ':');
	const struct template_value values[] = {
		TEMPLATE_TEXT("uri", uri),
		TEMPLATE_TEXT("label", draft_text(d, label)),
	};

	if (!str_eq_nocase(scheme, STR("https")) &&
	    !str_eq_nocase(scheme, STR("http")))
		return STR_NONE;
	if (!str_starts(rest, STR("//")))
		return STR_NONE;
	return template_fill(d->arena,
			     STR("<a href=\"{uri}\" target=\"_blank\" "
				 "rel=\"noopener noreferrer\">{label}</a>\n"),
			     values, COUNT(values));
}

struct str part_about(const struct draft *d, const struct page_client *client)
{
	struct buf out, links;

	buf_init(&out, d->arena);
	if (client->host.len) {
		buf_add(&out, STR("<p class=\"soft\">"));
		buf_add(&out, draft_message(d, PAGE_RETURN_TO, "host",
					     client->host));
		buf_add(&out, STR("</p>\n"));
	}
	buf_init(&links, d->arena);
	buf_add(&links, link_to(d, client->client_uri, PAGE_LINK_CLIENT));
	buf_add(&links, link_to(d, client->policy_uri, PAGE_LINK_POLICY));
	buf_add(&links, link_to(d, client->tos_uri, PAGE_LINK_TERMS));
	if (links.len) {
		buf_add(&out, STR("<nav>\n"));
		buf_add(&out, buf_str(&links));
		buf_add(&out, STR("</nav>\n"));
	}
	return buf_str(&out);
}
