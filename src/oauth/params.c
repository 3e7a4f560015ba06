/* params.c - a request's parameters, declared and not fished for. */
#include "oauth/params.h"

static enum oauth_error read_form(struct exchange *x, struct str text,
				  struct form *out)
{
	switch (form_parse(x->arena, text, out)) {
	case FORM_OK:
		break;
	case FORM_BAD_ESCAPE:
		return oauth_fail(x, OAUTH_INVALID_REQUEST,
				  "a parameter is not form-urlencoded");
	case FORM_BAD_UTF8:
		return oauth_fail(x, OAUTH_INVALID_REQUEST,
				  "a parameter is not UTF-8");
	case FORM_TOO_MANY:
		return oauth_fail(x, OAUTH_TOO_LARGE,
				  "there are too many parameters");
	}
	return OAUTH_OK;
}

static bool is_form(struct str content_type)
{
	struct str type = str_cut(&content_type, ';');

	while (str_ends(type, STR(" ")) || str_ends(type, STR("\t")))
		type.len--;
	return str_eq_nocase(type, STR("application/x-www-form-urlencoded"));
}

static enum oauth_error read_post(struct exchange *x, struct form *out)
{
	const struct request *rq = x->request;

	if (rq->body.len > 0 && !is_form(rq->content_type))
		return oauth_fail(x, OAUTH_INVALID_REQUEST,
				  "Content-Type must be "
				  "application/x-www-form-urlencoded");
	return read_form(x, rq->body, out);
}

enum oauth_error params_read_body(struct exchange *x, struct form *out)
{
	struct form form = { NULL, 0 };
	enum oauth_error e;

	/* RFC 6749 section 2.3.1: "The parameters can only be transmitted in
	 * the request-body and MUST NOT be included in the request URI." */
	if (x->request->query.len > 0)
		return oauth_fail(x, OAUTH_INVALID_REQUEST,
				  "parameters belong in the body, "
				  "not in the query");
	e = read_post(x, &form);
	if (e)
		return e;
	if (params_repeat(&form))
		return oauth_fail(x, OAUTH_INVALID_REQUEST,
				  "a parameter is there more than once");
	*out = form;
	return OAUTH_OK;
}

enum oauth_error params_read_browser(struct exchange *x, struct form *out)
{
	if (!str_eq(x->request->method, STR("POST")))
		return read_form(x, x->request->query, out);
	if (x->request->query.len > 0)
		return oauth_fail(x, OAUTH_INVALID_REQUEST,
				  "parameters belong in the body, "
				  "not in the query");
	return read_post(x, out);
}

static bool may_repeat(struct str name)
{
	return str_eq(name, STR("resource")) || str_eq(name, STR("audience"));
}

/* FORM_FIELDS_MAX bounds this: at most some 8,000 comparisons. */
bool params_repeat(const struct form *form)
{
	for (size_t i = 1; i < form->count; i++) {
		if (may_repeat(form->fields[i].name))
			continue;
		for (size_t j = 0; j < i; j++) {
			if (str_eq(form->fields[i].name, form->fields[j].name))
				return true;
		}
	}
	return false;
}

enum oauth_error params_bind(struct exchange *x, const struct form *form,
			     const struct param *table, void *in)
{
	for (; table->name.len > 0; table++) {
		struct str value = form_get(form, table->name);

		if (value.len == 0)
			value = STR_NONE;
		if (!value.ptr && table->need == PARAM_REQUIRED)
			return oauth_fail_str(x, OAUTH_INVALID_REQUEST,
					      table->missing);
		*(struct str *)(void *)((char *)in + table->offset) = value;
	}
	return OAUTH_OK;
}
