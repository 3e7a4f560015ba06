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

/* The scopes in words; without any, what consent gives all the same. */
static struct str scopes_part(const struct draft *d,
			      const struct page_client *client,
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

/* Where either button leads, and where to read about the client. */
static struct str about_client(const struct draft *d,
			       const struct page_client *client)
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

struct str part_decision(const struct draft *d, const struct page_form *form,
			 const struct page_client *client, struct str username,
			 const struct page_scope *scopes, size_t count)
{
	static const struct str template = STR_INIT(
		"<form method=\"post\" action=\"{action}\">\n"
		"{hidden}"
		"<p>{signed_in_as}<br>\n"
		"<button class=\"link\" name=\"decision\" value=\"switch\">"
		"{switch}</button></p>\n"
		"<h2>{requested}</h2>\n"
		"{scopes}"
		"<div class=\"choice\">\n"
		"<button name=\"decision\" value=\"deny\">{deny}</button>\n"
		"<button class=\"yes\" name=\"decision\" value=\"allow\">"
		"{allow}</button>\n"
		"</div>\n"
		"</form>\n"
		"{about}");
	const struct template_value values[] = {
		TEMPLATE_TEXT("action", form->action),
		TEMPLATE_BUILT("hidden", part_hidden(d, form)),
		TEMPLATE_BUILT("signed_in_as",
			       draft_message(d, PAGE_SIGNED_IN_AS, "username",
					     username)),
		TEMPLATE_TEXT("switch", draft_text(d, PAGE_SWITCH)),
		TEMPLATE_TEXT("requested", draft_text(d, PAGE_REQUESTED)),
		TEMPLATE_BUILT("scopes",
			       scopes_part(d, client, scopes, count)),
		TEMPLATE_TEXT("deny", draft_text(d, PAGE_DENY)),
		TEMPLATE_TEXT("allow", draft_text(d, PAGE_ALLOW)),
		TEMPLATE_BUILT("about", about_client(d, client)),
	};

	return template_fill(d->arena, template, values, COUNT(values));
}

bool part_may_go_to(struct str uri, struct url *out)
{
	static const struct str never[] = {
		STR_INIT("javascript"), STR_INIT("vbscript"),
		STR_INIT("data"), STR_INIT("blob"), STR_INIT("filesystem"),
		STR_INIT("file"), STR_INIT("about"),
	};
	struct url u;

	if (!url_parse(uri, &u))
		return false;
	for (size_t i = 0; i < COUNT(never); i++) {
		if (str_eq_nocase(u.scheme, never[i]))
			return false;
	}
	*out = u;
	return true;
}

bool part_is_web(struct str uri, struct url *out)
{
	struct url u;

	if (!url_parse(uri, &u) ||
	    (!str_eq_nocase(u.scheme, STR("https")) &&
	     !str_eq_nocase(u.scheme, STR("http"))))
		return false;
	*out = u;
	return true;
}
