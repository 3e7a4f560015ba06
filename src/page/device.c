/* device.c - the pages for a device without a browser. */
#include "page/device.h"

#include "page/part.h"
#include "page/qr.h"
#include "page/template.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

void page_device_code(const struct page_view *v, const struct page_form *form,
		      int status, struct str user_code,
		      enum page_message fault)
{
	static const struct str template = STR_INIT(
		"<h1>{title}</h1>\n"
		"<p>{help}</p>\n"
		"{fault}"
		"<form method=\"post\" action=\"{action}\">\n"
		"{hidden}"
		"<label for=\"user_code\">{label}</label>\n"
		"<input id=\"user_code\" name=\"user_code\" class=\"code\" "
		"value=\"{user_code}\" inputmode=\"text\" "
		"autocapitalize=\"characters\" autocomplete=\"off\" "
		"spellcheck=\"false\" required{focus}>\n"
		"<div class=\"choice\">"
		"<button class=\"yes\">{continue}</button></div>\n"
		"</form>\n");
	struct draft d = draft_of(v);
	const struct template_value values[] = {
		TEMPLATE_TEXT("title", draft_text(&d, PAGE_DEVICE)),
		TEMPLATE_TEXT("help", draft_text(&d, PAGE_DEVICE_CODE_HELP)),
		TEMPLATE_BUILT("fault", part_fault(&d, fault)),
		TEMPLATE_TEXT("action", form->action),
		TEMPLATE_BUILT("hidden", part_hidden(&d, form)),
		TEMPLATE_TEXT("label", draft_text(&d, PAGE_DEVICE_CODE)),
		TEMPLATE_TEXT("user_code", user_code),
		TEMPLATE_BUILT("focus", part_focus(fault)),
		TEMPLATE_TEXT("continue", draft_text(&d, PAGE_CONTINUE)),
	};
	const struct document doc = {
		.title = PAGE_DEVICE,
		.content = template_fill(v->arena, template, values,
					 COUNT(values)),
		.form_origin = form->origin,
	};

	document_show(v, status, &doc);
}

static struct str from(const struct draft *d, struct str address)
{
	if (!address.len)
		return STR_NONE;
	return draft_message(d, PAGE_DEVICE_FROM, "address", address);
}

static struct str when(const struct draft *d, long long seconds)
{
	struct buf minutes;
	struct template_value value = { .name = STR_INIT("minutes") };

	if (seconds < 0)
		return STR_NONE;
	if (seconds < 60)
		return draft_text(d, PAGE_DEVICE_AGO_NOW);
	if (seconds < 120)
		return draft_text(d, PAGE_DEVICE_AGO_MINUTE);
	buf_init(&minutes, d->arena);
	buf_addf(&minutes, "%lld", seconds / 60);
	value.text = buf_str(&minutes);
	return template_fill(d->arena, draft_text(d, PAGE_DEVICE_AGO_MINUTES),
			     &value, 1);
}

/* From where and when, each a line, as far as it is known. */
static struct str asked_part(const struct draft *d,
			     const struct page_device *device)
{
	const struct str lines[] = {
		from(d, device->address), when(d, device->seconds),
	};
	struct buf out;

	buf_init(&out, d->arena);
	for (size_t i = 0; i < COUNT(lines); i++) {
		const struct template_value values[] = {
			TEMPLATE_BUILT("line", lines[i]),
		};

		if (lines[i].len)
			buf_add(&out, template_fill(d->arena,
						    STR("<p class=\"soft\">"
							"{line}</p>\n"),
						    values, COUNT(values)));
	}
	return buf_str(&out);
}

/*
 * The code, to be compared with the device's, and what is known of who asks:
 * for who was talked into coming here (RFC 8628 section 5.4).
 */
static struct str device_part(const struct draft *d,
			      const struct page_device *device)
{
	static const struct str template = STR_INIT(
		"<p class=\"code\" translate=\"no\">{user_code}</p>\n"
		"{asked}"
		"<p role=\"note\">{warning}</p>\n");
	const struct template_value values[] = {
		TEMPLATE_TEXT("user_code", device->user_code),
		TEMPLATE_BUILT("asked", asked_part(d, device)),
		TEMPLATE_TEXT("warning", draft_text(d, PAGE_DEVICE_WARNING)),
	};

	return template_fill(d->arena, template, values, COUNT(values));
}

void page_device_confirm(const struct page_view *v,
			 const struct page_form *form,
			 const struct page_client *client, struct str username,
			 const struct page_device *device,
			 const struct page_scope *scopes, size_t count)
{
	static const struct str template = STR_INIT(
		"{mark}<h1>{title}</h1>\n"
		"{device}"
		"{decision}");
	struct draft d = draft_of(v);
	const struct template_value values[] = {
		TEMPLATE_BUILT("mark", part_mark(&d, client->client_name)),
		TEMPLATE_BUILT("title",
			       draft_message(&d, PAGE_DEVICE_TITLE, "client",
					     client->client_name)),
		TEMPLATE_BUILT("device", device_part(&d, device)),
		TEMPLATE_BUILT("decision",
			       part_decision(&d, form, client, username,
					     scopes, count)),
	};
	const struct document doc = {
		.title = PAGE_DEVICE,
		.content = template_fill(v->arena, template, values,
					 COUNT(values)),
		.form_origin = form->origin,
	};

	document_show(v, 200, &doc);
}

void page_device_done(const struct page_view *v, bool allowed)
{
	if (allowed)
		page_notice(v, PAGE_DEVICE_ALLOWED, PAGE_DEVICE_ALLOWED_HELP);
	else
		page_notice(v, PAGE_DEVICE_DENIED, PAGE_DEVICE_DENIED_HELP);
}

/* The image, where the address is not too long for one. */
static struct str qr_part(const struct draft *d, struct str complete_uri)
{
	static const struct str template = STR_INIT(
		"<p>{scan}</p>\n"
		"<div class=\"qr\" role=\"img\" aria-label=\"{label}\">\n"
		"{svg}\n"
		"</div>\n");
	const struct template_value values[] = {
		TEMPLATE_TEXT("scan", draft_text(d, PAGE_DEVICE_QR_SCAN)),
		TEMPLATE_TEXT("label", draft_text(d, PAGE_DEVICE_QR_LABEL)),
		TEMPLATE_BUILT("svg", qr_svg(d->arena, complete_uri)),
	};

	if (!values[2].text.ptr)
		return STR_NONE;
	return template_fill(d->arena, template, values, COUNT(values));
}

void page_device_qr(const struct page_view *v, struct str verification_uri,
		    struct str user_code, struct str complete_uri)
{
	static const struct str template = STR_INIT(
		"<h1>{title}</h1>\n"
		"{qr}"
		"<p>{type}</p>\n"
		"<p><code>{uri}</code></p>\n"
		"<p class=\"code\" translate=\"no\">{user_code}</p>\n");
	struct draft d = draft_of(v);
	const struct template_value values[] = {
		TEMPLATE_TEXT("title", draft_text(&d, PAGE_DEVICE_QR_TITLE)),
		TEMPLATE_BUILT("qr", qr_part(&d, complete_uri)),
		TEMPLATE_TEXT("type", draft_text(&d, PAGE_DEVICE_QR_TYPE)),
		TEMPLATE_TEXT("uri", verification_uri),
		TEMPLATE_TEXT("user_code", user_code),
	};
	const struct document doc = {
		.title = PAGE_DEVICE_QR_TITLE,
		.content = template_fill(v->arena, template, values,
					 COUNT(values)),
	};

	document_show(v, 200, &doc);
}
