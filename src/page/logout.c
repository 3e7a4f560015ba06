/* logout.c - the pages of signing out. */
#include "page/logout.h"

#include "base/arena.h"
#include "page/part.h"
#include "page/template.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Seconds that the frames have before the page goes on. */
#define FRAMES_HAVE "2"

static struct str asked_by(const struct draft *d, struct str client_name)
{
	const struct template_value values[] = {
		TEMPLATE_BUILT("asked",
			       draft_message(d, PAGE_SIGN_OUT_ASKED, "client",
					     client_name)),
	};

	if (!client_name.len)
		return STR_NONE;
	return template_fill(d->arena, STR("<p>{asked}</p>\n"), values,
			     COUNT(values));
}

static struct str signed_in_as(const struct draft *d, struct str username)
{
	const struct template_value values[] = {
		TEMPLATE_BUILT("who", draft_message(d, PAGE_SIGNED_IN_AS,
						    "username", username)),
	};

	if (!username.len)
		return STR_NONE;
	return template_fill(d->arena, STR("<p>{who}</p>\n"), values,
			     COUNT(values));
}

void page_logout_confirm(const struct page_view *v,
			 const struct page_form *form, struct str username,
			 struct str client_name)
{
	static const struct str template = STR_INIT(
		"<h1>{ask}</h1>\n"
		"{asked_by}"
		"{signed_in_as}"
		"<form method=\"post\" action=\"{action}\">\n"
		"{hidden}"
		"<div class=\"choice\">\n"
		"<button name=\"decision\" value=\"stay\">{stay}</button>\n"
		"<button class=\"yes\" name=\"decision\" value=\"sign-out\">"
		"{sign_out}</button>\n"
		"</div>\n"
		"</form>\n");
	struct draft d = draft_of(v);
	const struct template_value values[] = {
		TEMPLATE_TEXT("ask", draft_text(&d, PAGE_ASK_SIGN_OUT)),
		TEMPLATE_BUILT("asked_by", asked_by(&d, client_name)),
		TEMPLATE_BUILT("signed_in_as", signed_in_as(&d, username)),
		TEMPLATE_TEXT("action", form->action),
		TEMPLATE_BUILT("hidden", part_hidden(&d, form)),
		TEMPLATE_TEXT("stay", draft_text(&d, PAGE_STAY)),
		TEMPLATE_TEXT("sign_out", draft_text(&d, PAGE_SIGN_OUT)),
	};
	const struct document doc = {
		.title = PAGE_SIGN_OUT,
		.content = template_fill(v->arena, template, values,
					 COUNT(values)),
		.form_origin = form->origin,
	};

	document_show(v, 200, &doc);
}

/* The frames of the signed-out page, and whose they are. */
struct frames {
	struct buf html;
	struct str *origins;
	size_t count;		/* of origins: each is there once */
};

static void add_origin(struct frames *f, struct str origin)
{
	for (size_t i = 0; i < f->count; i++) {
		if (str_eq(f->origins[i], origin))
			return;
	}
	f->origins[f->count++] = origin;
}

/*
 * Front-Channel Logout section 2: a frame, in which the application may do as
 * it likes but for leading the page away.
 */
static struct frames frames_of(struct arena *a, const struct str *uris,
			       size_t count)
{
	static const struct str template = STR_INIT(
		"<iframe hidden src=\"{uri}\" referrerpolicy=\"no-referrer\" "
		"sandbox=\"allow-scripts allow-same-origin allow-forms\">"
		"</iframe>\n");
	struct frames f = { .count = 0 };

	buf_init(&f.html, a);
	f.origins = arena_alloc(a, count * sizeof(*f.origins));
	for (size_t i = 0; i < count; i++) {
		const struct template_value values[] = {
			TEMPLATE_TEXT("uri", uris[i]),
		};
		struct url u;

		if (!part_is_web(uris[i], &u))
			continue;
		add_origin(&f, url_origin(a, &u));
		buf_add(&f.html, template_fill(a, template, values,
					       COUNT(values)));
	}
	return f;
}

/* On to return_to by itself; the URI has no quote or space to end it. */
static struct str refresh(const struct draft *d, struct str return_to,
			  bool wait)
{
	const struct template_value values[] = {
		TEMPLATE_TEXT("seconds", wait ? STR(FRAMES_HAVE) : STR("0")),
		TEMPLATE_TEXT("uri", return_to),
	};

	return template_fill(d->arena,
			     STR("<meta http-equiv=\"refresh\" "
				 "content=\"{seconds};url={uri}\">\n"),
			     values, COUNT(values));
}

/* And by a link. */
static struct str way_on(const struct draft *d, struct str return_to,
			 struct str client_name)
{
	const struct template_value values[] = {
		TEMPLATE_TEXT("uri", return_to),
		TEMPLATE_BUILT("label",
			       client_name.len ?
			       draft_message(d, PAGE_GO_ON_TO, "client",
					     client_name) :
			       draft_text(d, PAGE_CONTINUE)),
	};

	return template_fill(d->arena,
			     STR("<p><a href=\"{uri}\">{label}</a></p>\n"),
			     values, COUNT(values));
}

static struct str the_end(const struct draft *d)
{
	const struct template_value values[] = {
		TEMPLATE_TEXT("close", draft_text(d, PAGE_MAY_CLOSE)),
	};

	return template_fill(d->arena, STR("<p>{close}</p>\n"), values,
			     COUNT(values));
}

void page_logged_out(const struct page_view *v,
		     const struct str *iframes, size_t count,
		     struct str return_to, struct str client_name)
{
	struct draft d = draft_of(v);
	struct frames f = frames_of(v->arena, iframes, count);
	struct url u;
	const bool returns = part_may_go_to(return_to, &u);
	const struct template_value values[] = {
		TEMPLATE_TEXT("signed_out",
			      draft_text(&d, PAGE_NOW_SIGNED_OUT)),
		TEMPLATE_BUILT("then", returns ?
			       way_on(&d, return_to, client_name) :
			       the_end(&d)),
		TEMPLATE_BUILT("frames", buf_str(&f.html)),
	};
	const struct document doc = {
		.title = PAGE_TITLE_SIGNED_OUT,
		.head = returns ? refresh(&d, return_to, f.count > 0)
				: STR_NONE,
		.content = template_fill(v->arena,
					 STR("<h1>{signed_out}</h1>\n"
					     "{then}{frames}"),
					 values, COUNT(values)),
		.frames = f.origins,
		.frame_count = f.count,
	};

	document_show(v, 200, &doc);
}
