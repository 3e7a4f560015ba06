/* create_account.c - the page where a person makes an account. */
#include "page/create_account.h"

#include "page/part.h"
#include "page/template.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum input { NAME, USERNAME, PASSWORD };

/* Where the person goes on: what is wrong is read aloud there. */
static struct str focus_on(enum input input, enum page_message fault)
{
	enum input wanted = USERNAME;

	if (fault == PAGE_BAD_NAME)
		wanted = NAME;
	else if (fault == PAGE_BAD_PASSWORD)
		wanted = PASSWORD;
	return input == wanted ? part_focus(fault) : STR_NONE;
}

void page_create_account(const struct page_view *v, int status,
			 const struct page_form *form,
			 const struct page_client *client, struct str name,
			 struct str username, enum page_message fault)
{
	static const struct str template = STR_INIT(
		"{mark}<h1>{title}</h1>\n"
		"<p>{asks}</p>\n"
		"{fault}"
		"<form method=\"post\" action=\"{action}\">\n"
		"{hidden}"
		"<label for=\"name\">{name_label}</label>\n"
		"<input id=\"name\" name=\"name\" value=\"{name}\" "
		"autocomplete=\"name\" maxlength=\"200\"{focus_name}>\n"
		"<label for=\"username\">{username_label}</label>\n"
		"<input id=\"username\" name=\"username\" "
		"value=\"{username}\" autocomplete=\"username\" "
		"autocapitalize=\"none\" spellcheck=\"false\" "
		"maxlength=\"255\" required{focus_username}>\n"
		"<label for=\"password\">{password_label}</label>\n"
		"<input id=\"password\" name=\"password\" type=\"password\" "
		"autocomplete=\"new-password\" minlength=\"8\" "
		"required{focus_password}>\n"
		"<div class=\"choice\">\n"
		"<button class=\"yes\" name=\"decision\" value=\"create\">"
		"{create}</button>\n"
		"<button name=\"decision\" value=\"sign-in\" formnovalidate>"
		"{sign_in}</button>\n"
		"</div>\n"
		"</form>\n");
	struct draft d = draft_of(v);
	const struct template_value values[] = {
		TEMPLATE_BUILT("mark", part_mark(&d, client->client_name)),
		TEMPLATE_TEXT("title", draft_text(&d, PAGE_CREATE_ACCOUNT)),
		TEMPLATE_BUILT("asks",
			       draft_message(&d, PAGE_CREATE_ACCOUNT_FOR,
					     "client", client->client_name)),
		TEMPLATE_BUILT("fault", part_fault(&d, fault)),
		TEMPLATE_TEXT("action", form->action),
		TEMPLATE_BUILT("hidden", part_hidden(&d, form)),
		TEMPLATE_TEXT("name_label", draft_text(&d, PAGE_FULL_NAME)),
		TEMPLATE_TEXT("name", name),
		TEMPLATE_TEXT("username_label", draft_text(&d, PAGE_USERNAME)),
		TEMPLATE_TEXT("username", username),
		TEMPLATE_BUILT("focus_name", focus_on(NAME, fault)),
		TEMPLATE_BUILT("focus_username", focus_on(USERNAME, fault)),
		TEMPLATE_BUILT("focus_password", focus_on(PASSWORD, fault)),
		TEMPLATE_TEXT("password_label",
			      draft_text(&d, PAGE_NEW_PASSWORD)),
		TEMPLATE_TEXT("create", draft_text(&d, PAGE_CREATE)),
		TEMPLATE_TEXT("sign_in", draft_text(&d, PAGE_HAVE_ACCOUNT)),
	};
	const struct document doc = {
		.title = PAGE_CREATE_ACCOUNT,
		.content = template_fill(v->arena, template, values,
					 COUNT(values)),
		.form_origin = form->origin,
	};

	document_show(v, status, &doc);
}
