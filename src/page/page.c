/*
 * page.c - sign-in, consent, error, notice.
 *
 * A page is built from the inside out: parts are filled, and put as they stand
 * into the next template.
 */
#include "page/page.h"

#include "page/part.h"
#include "page/template.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

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
	struct str focus = part_focus(fault);
	const struct template_value values[] = {
		TEMPLATE_BUILT("mark", part_mark(&d, client->client_name)),
		TEMPLATE_TEXT("sign_in", draft_text(&d, PAGE_SIGN_IN)),
		TEMPLATE_BUILT("asks",
			       draft_message(&d, PAGE_SIGN_IN_TO, "client",
					      client->client_name)),
		TEMPLATE_BUILT("fault", part_fault(&d, fault)),
		TEMPLATE_TEXT("action", form->action),
		TEMPLATE_BUILT("hidden", part_hidden(&d, form)),
		TEMPLATE_TEXT("username_label", draft_text(&d, PAGE_USERNAME)),
		TEMPLATE_TEXT("username", username),
		TEMPLATE_TEXT("password_label", draft_text(&d, PAGE_PASSWORD)),
		TEMPLATE_BUILT("focus_username",
			       username.len ? STR_NONE : focus),
		TEMPLATE_BUILT("focus_password",
			       username.len ? focus : STR_NONE),
	};
	const struct document doc = {
		.title = PAGE_SIGN_IN,
		.content = template_fill(v->arena, template, values,
					 COUNT(values)),
		.form_origin = form->origin,
	};

	document_show(v, status, &doc);
}

void page_consent(const struct page_view *v, const struct page_form *form,
		  const struct page_client *client, struct str username,
		  const struct page_scope *scopes, size_t count)
{
	static const struct str template = STR_INIT(
		"{mark}<h1>{title}</h1>\n"
		"{decision}");
	struct draft d = draft_of(v);
	const struct template_value values[] = {
		TEMPLATE_BUILT("mark", part_mark(&d, client->client_name)),
		TEMPLATE_BUILT("title",
			       draft_message(&d, PAGE_CONSENT_TITLE, "client",
					     client->client_name)),
		TEMPLATE_BUILT("decision",
			       part_decision(&d, form, client, username,
					     scopes, count)),
	};
	const struct document doc = {
		.title = PAGE_CONSENT,
		.content = template_fill(v->arena, template, values,
					 COUNT(values)),
		.form_origin = form->origin,
	};

	document_show(v, 200, &doc);
}

/* What the person may pass on to who builds the application. */
static struct str for_developers(const struct draft *d, struct str code,
				 struct str detail)
{
	const struct template_value values[] = {
		TEMPLATE_TEXT("label", draft_text(d, PAGE_FOR_DEVELOPERS)),
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
		TEMPLATE_TEXT("title", draft_text(&d, title)),
		TEMPLATE_TEXT("text", draft_text(&d, explanation)),
		TEMPLATE_BUILT("developers",
			       for_developers(&d, code, detail)),
	};
	const struct document doc = {
		.title = title,
		.content = template_fill(v->arena,
					 STR("<h1>{title}</h1>\n"
					     "<p>{text}</p>\n{developers}"),
					 values, COUNT(values)),
	};

	document_show(v, status, &doc);
}

void page_notice(const struct page_view *v, enum page_message title,
		 enum page_message explanation)
{
	page_error(v, 200, title, explanation, STR_NONE, STR_NONE);
}
