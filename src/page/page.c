/*
 * page.c - the pages a person sees.
 *
 * A page is built from the inside out: parts are filled, and put as they stand
 * into the next template.
 */
#include "page/page.h"

#include "page/style.h"
#include "page/template.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Where the parts of one page are built, and in which language. */
struct draft {
	struct arena *arena;
	enum page_language language;
};

static struct draft draft_of(const struct page_view *v)
{
	return (struct draft){ v->arena, page_language(v->languages) };
}

static struct str text(const struct draft *d, enum page_message id)
{
	return page_text(d->language, id);
}

/*
 * A message with its one value put in, as HTML.  The value is kept from
 * rearranging what stands around it, whatever direction it is written in.
 */
static struct str message_with(const struct draft *d, enum page_message id,
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

	return template_fill(d->arena, text(d, id), &outer, 1);
}

/*
 * The source for form-action, or absent.  Only characters that cannot end it
 * come into the header.  An IP literal is no host-source (CSP3 section 2.3.1),
 * and a browser would leave it out: there the scheme stands alone.
 */
static struct str form_target(struct str origin)
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

/* What a page has besides the header fields of every answer (reply_init()). */
static void document_headers(const struct page_view *v, struct draft *d,
			     struct str origin)
{
	struct reply *r = v->reply;
	struct str target = form_target(origin);
	struct buf policy;

	buf_init(&policy, v->arena);
	buf_add(&policy, STR("default-src 'none'; "
			     "style-src 'sha256-" PAGE_STYLE_HASH "'; "
			     "form-action 'self'"));
	if (target.len) {
		buf_char(&policy, ' ');
		buf_add(&policy, target);
	}
	buf_add(&policy, STR("; frame-ancestors 'none'; base-uri 'none'"));

	reply_header(r, STR("Content-Type"), STR("text/html; charset=utf-8"));
	reply_header(r, STR("Content-Language"),
		     page_language_tag(d->language));
	reply_header(r, STR("Vary"), STR("Accept-Language"));
	reply_header(r, STR("Content-Security-Policy"), buf_str(&policy));
	reply_header(r, STR("X-Frame-Options"), STR("DENY"));
	reply_header(r, STR("Cross-Origin-Opener-Policy"),
		     STR("same-origin"));
}

/* The whole document.  origin: as in page_form, absent where there is none. */
static void document(const struct page_view *v, int status,
		     enum page_message title, struct str content,
		     struct str origin)
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
		"</head>\n"
		"<body>\n"
		"<main>\n{content}</main>\n"
		"</body>\n"
		"</html>\n");
	struct draft d = draft_of(v);
	const struct template_value values[] = {
		TEMPLATE_TEXT("lang", page_language_tag(d.language)),
		TEMPLATE_TEXT("title", text(&d, title)),
		TEMPLATE_BUILT("style", STR(PAGE_STYLE)),
		TEMPLATE_BUILT("content", content),
	};

	v->reply->status = status;
	document_headers(v, &d, origin);
	buf_add(&v->reply->body,
		template_fill(v->arena, template, values, COUNT(values)));
}

/* The first character of s: of UTF-8, the whole sequence. */
static struct str first_of(struct str s)
{
	size_t n = s.len ? 1 : 0;

	while (n && n < s.len && ((unsigned char)s.ptr[n] & 0xc0) == 0x80)
		n++;
	return (struct str){ s.ptr, n };
}

/* The client's initial, to tell clients apart at a glance. */
static struct str mark(const struct draft *d, struct str client_name)
{
	const struct template_value values[] = {
		TEMPLATE_TEXT("first", first_of(client_name)),
	};

	return template_fill(d->arena,
			     STR("<div class=\"mark\" aria-hidden=\"true\">"
				 "{first}</div>\n"),
			     values, COUNT(values));
}

static struct str hidden_fields(const struct draft *d,
				const struct page_form *form)
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

static struct str fault_part(const struct draft *d, enum page_message fault)
{
	const struct template_value values[] = {
		TEMPLATE_TEXT("fault", text(d, fault)),
	};

	if (fault == PAGE_NONE)
		return STR_NONE;
	return template_fill(d->arena,
			     STR("<p role=\"alert\" id=\"fault\">{fault}</p>"
				 "\n"),
			     values, COUNT(values));
}

void page_sign_in(const struct page_view *v, int status,
		  const struct page_form *form,
		  const struct page_client *client,
		  struct str username, enum page_message fault)
{
	static const struct str template = STR_INIT(
		"{mark}<h1>{sign_in}</h1>\n"
		"<p>{asks}</p>\n"
		"{fault}"
		"<form method=\"post\" action=\"{action}\">\n"
		"{hidden}"
		"<label for=\"username\">{username_label}</label>\n"
		"<input id=\"username\" name=\"username\" "
		"value=\"{username}\" autocomplete=\"username\" "
		"autocapitalize=\"none\" spellcheck=\"false\" "
		"required{focus_username}>\n"
		"<label for=\"password\">{password_label}</label>\n"
		"<input id=\"password\" name=\"password\" type=\"password\" "
		"autocomplete=\"current-password\" "
		"required{focus_password}>\n"
		"<div class=\"choice\">"
		"<button class=\"yes\">{sign_in}</button></div>\n"
		"</form>\n");
	struct draft d = draft_of(v);
	/* The field in focus is read aloud, and with it what went wrong. */
	struct str focus = fault == PAGE_NONE ?
		STR(" autofocus") :
		STR(" autofocus aria-describedby=\"fault\"");
	const struct template_value values[] = {
		TEMPLATE_BUILT("mark", mark(&d, client->client_name)),
		TEMPLATE_TEXT("sign_in", text(&d, PAGE_SIGN_IN)),
		TEMPLATE_BUILT("asks",
			       message_with(&d, PAGE_SIGN_IN_TO, "client",
					    client->client_name)),
		TEMPLATE_BUILT("fault", fault_part(&d, fault)),
		TEMPLATE_TEXT("action", form->action),
		TEMPLATE_BUILT("hidden", hidden_fields(&d, form)),
		TEMPLATE_TEXT("username_label", text(&d, PAGE_USERNAME)),
		TEMPLATE_TEXT("username", username),
		TEMPLATE_TEXT("password_label", text(&d, PAGE_PASSWORD)),
		TEMPLATE_BUILT("focus_username",
			       username.len ? STR_NONE : focus),
		TEMPLATE_BUILT("focus_password",
			       username.len ? focus : STR_NONE),
	};

	document(v, status, PAGE_SIGN_IN,
		 template_fill(v->arena, template, values, COUNT(values)),
		 form->origin);
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
		buf_add(&list, message_with(d, PAGE_WHO_YOU_ARE, "client",
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

/* A link, but for what is no web page: "javascript:" above all. */
static struct str link_to(const struct draft *d, struct str uri,
			  enum page_message label)
{
	struct str rest = uri, scheme = str_cut(&rest, ':');
	const struct template_value values[] = {
		TEMPLATE_TEXT("uri", uri),
		TEMPLATE_TEXT("label", text(d, label)),
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
		buf_add(&out, message_with(d, PAGE_RETURN_TO, "host",
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

void page_consent(const struct page_view *v, const struct page_form *form,
		  const struct page_client *client, struct str username,
		  const struct page_scope *scopes, size_t count)
{
	static const struct str template = STR_INIT(
		"{mark}<h1>{title}</h1>\n"
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
	struct draft d = draft_of(v);
	const struct template_value values[] = {
		TEMPLATE_BUILT("mark", mark(&d, client->client_name)),
		TEMPLATE_BUILT("title",
			       message_with(&d, PAGE_CONSENT_TITLE, "client",
					    client->client_name)),
		TEMPLATE_TEXT("action", form->action),
		TEMPLATE_BUILT("hidden", hidden_fields(&d, form)),
		TEMPLATE_BUILT("signed_in_as",
			       message_with(&d, PAGE_SIGNED_IN_AS, "username",
					    username)),
		TEMPLATE_TEXT("switch", text(&d, PAGE_SWITCH)),
		TEMPLATE_TEXT("requested", text(&d, PAGE_REQUESTED)),
		TEMPLATE_BUILT("scopes",
			       scopes_part(&d, client, scopes, count)),
		TEMPLATE_TEXT("deny", text(&d, PAGE_DENY)),
		TEMPLATE_TEXT("allow", text(&d, PAGE_ALLOW)),
		TEMPLATE_BUILT("about", about_client(&d, client)),
	};

	document(v, 200, PAGE_CONSENT,
		 template_fill(v->arena, template, values, COUNT(values)),
		 form->origin);
}

/* What the person may pass on to who builds the application. */
static struct str for_developers(const struct draft *d, struct str code,
				 struct str detail)
{
	const struct template_value values[] = {
		TEMPLATE_TEXT("label", text(d, PAGE_FOR_DEVELOPERS)),
		TEMPLATE_TEXT("code", code),
		TEMPLATE_TEXT("detail", detail),
	};

	if (!code.len)
		return STR_NONE;
	return template_fill(d->arena,
			     STR("<footer class=\"soft\">{label}:\n"
				 "<span lang=\"en\"><code>{code}</code>\n"
				 "{detail}</span></footer>\n"),
			     values, COUNT(values));
}

void page_error(const struct page_view *v, int status,
		enum page_message title, enum page_message explanation,
		struct str code, struct str detail)
{
	struct draft d = draft_of(v);
	const struct template_value values[] = {
		TEMPLATE_TEXT("title", text(&d, title)),
		TEMPLATE_TEXT("text", text(&d, explanation)),
		TEMPLATE_BUILT("developers",
			       for_developers(&d, code, detail)),
	};

	document(v, status, title,
		 template_fill(v->arena,
			       STR("<h1>{title}</h1>\n<p>{text}</p>\n"
				   "{developers}"),
			       values, COUNT(values)),
		 STR_NONE);
}

void page_notice(const struct page_view *v, enum page_message title,
		 enum page_message explanation)
{
	page_error(v, 200, title, explanation, STR_NONE, STR_NONE);
}
