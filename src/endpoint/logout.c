/*
 * logout.c - the end session endpoint (OpenID Connect RP-Initiated Logout 1.0).
 *
 * Whoever can lead a browser here can try to sign its person out, or to have it
 * sent to an address of theirs.  So it takes an ID token of the person who is
 * signed in, or else the person is asked; and where they are sent afterwards is
 * registered, by the client that the ID token was for or by the one that the
 * person said yes to.
 */
#include "endpoint/authorization.h"
#include "endpoint/endpoint.h"
#include "endpoint/form_token.h"
#include "endpoint/view.h"
#include "endpoint/visitor.h"
#include "http/url.h"
#include "oauth/id_token_hint.h"
#include "oauth/params.h"
#include "page/logout.h"
#include "store/logout.h"

/* A Location that every web server in front lets through. */
#define LOCATION_MAX 3500

struct logout_request {
	struct str id_token_hint, logout_hint, client_id;
	struct str post_logout_redirect_uri, state, ui_locales;
};

#define P(member) PARAM(struct logout_request, member, PARAM_OPTIONAL)
static const struct param request_params[] = {
	P(id_token_hint), P(logout_hint), P(client_id),
	P(post_logout_redirect_uri), P(state), P(ui_locales), PARAM_END
};
#undef P

/* What the form of the page adds. */
struct logout_form {
	struct str request, form_token, decision;
};

#define P(member) PARAM(struct logout_form, member, PARAM_OPTIONAL)
static const struct param form_params[] = {
	P(request), P(form_token), P(decision), PARAM_END
};
#undef P

struct logout {
	struct logout_request in;
	struct logout_form form;
	struct visitor visitor;

	bool hinted;		/* there is an ID token, and it is ours */
	struct id_token_hint hint;
	bool has_client;
	struct logout_client client;
	struct str return_to;	/* with the state; absent: nowhere */
};

/* The request as a query string: what the form carries. */
static struct str request_text(struct arena *a, const struct logout_request *in)
{
	struct buf b;

	buf_init(&b, a);
	for (const struct param *p = request_params; p->name.len > 0; p++) {
		struct str value = *(const struct str *)(const void *)
			((const char *)in + p->offset);

		if (value.ptr)
			form_add(&b, p->name, value);
	}
	return buf_str(&b);
}

/* A client's request, or our own form with the request in it. */
static enum oauth_error read_request(struct exchange *x, struct logout *l)
{
	struct form form;
	enum oauth_error e = params_read_browser(x, &form);

	if (!e && params_repeat(&form))
		e = oauth_fail(x, OAUTH_INVALID_REQUEST,
			       "a parameter is there more than once");
	if (!e)
		e = params_bind(x, &form, form_params, &l->form);
	if (e)
		return e;
	if (!str_eq(x->request->method, STR("POST")))
		l->form = (struct logout_form){ .request = STR_NONE };
	if (l->form.form_token.ptr &&
	    form_parse(x->arena,
		       l->form.request.ptr ? l->form.request : STR(""),
		       &form) != FORM_OK)
		return oauth_fail(x, OAUTH_INVALID_REQUEST,
				  "the form holds no request");
	e = params_bind(x, &form, request_params, &l->in);
	x->ui_locales = l->in.ui_locales;
	return e;
}

/* Who is there, whose ID token it is, and who asks: one round trip. */
static enum oauth_error look_up(struct exchange *x, struct logout *l)
{
	struct str client_id = l->in.client_id;
	struct db_work w = { .count = 0 };
	struct visitor_lookup lookup;
	const struct db_call *key, *client = NULL;
	enum oauth_error e;

	if (!client_id.ptr)
		client_id = id_token_hint_whose(x, l->in.id_token_hint);
	visitor_ask(x, &w, client_id, &lookup);
	key = id_token_hint_ask(x, &w, l->in.id_token_hint);
	if (client_id.ptr)
		client = logout_client_ask(&w, x->arena, client_id);
	e = oauth_db(x, DB_READ, &w);
	if (e)
		return e;
	x->client_id = client_id;
	visitor_read(&lookup, &l->visitor);
	if (l->visitor.signed_in)
		x->user = l->visitor.session.sub;
	l->has_client = client && logout_client_read(client, &l->client);
	l->hinted = id_token_hint_read(x, key, l->in.id_token_hint, &l->hint);
	return OAUTH_OK;
}

/* RP-Initiated Logout sections 2 and 4. */
static enum oauth_error check(struct exchange *x, const struct logout *l)
{
	if (l->in.id_token_hint.ptr && !l->hinted)
		return oauth_fail(x, OAUTH_INVALID_REQUEST,
				  "id_token_hint is no ID token of this "
				  "server");
	oauth_reason(x, STR_NONE);
	/* "the OP MUST verify that the Client Identifier matches the one used
	 * when issuing the ID Token". */
	if (l->hinted && l->in.client_id.ptr &&
	    !jwt_audience_has(l->hint.claims, l->in.client_id))
		return oauth_fail(x, OAUTH_INVALID_REQUEST,
				  "id_token_hint was not issued to client_id");
	if (l->in.client_id.ptr && !l->has_client)
		return oauth_fail(x, OAUTH_INVALID_REQUEST,
				  "client_id is not known here");
	return OAUTH_OK;
}

/* Absent where it is not registered, to the letter (OpenID Connect RP-Initiated
 * Logout section 3): then nobody is sent there. */
static struct str choose_return(struct exchange *x, const struct logout *l)
{
	struct str uri = l->in.post_logout_redirect_uri;
	struct buf params;

	if (!uri.ptr)
		return STR_NONE;
	if (!l->has_client ||
	    !str_list_has(l->client.post_logout_redirect_uris, uri)) {
		oauth_reason(x, STR("post_logout_redirect_uri is not one that "
				    "the client has registered"));
		return STR_NONE;
	}
	if (!l->in.state.ptr)
		return uri;
	buf_init(&params, x->arena);
	form_add(&params, STR("state"), l->in.state);
	return url_with_query(x->arena, uri, buf_str(&params));
}

/* Is it who is signed in that the ID token is about? */
static bool is_theirs(const struct logout *l)
{
	const struct session *s = &l->visitor.session;

	return l->hinted && (str_eq(l->hint.sub, s->subject) ||
			     (l->hint.sid.ptr && str_eq(l->hint.sid, s->sid)));
}

static bool is_confirmed(struct exchange *x, const struct logout *l)
{
	return form_token_fits(x, STR("logout"),
			       form_cookie(x, l->visitor.secure),
			       l->form.request, l->form.form_token);
}

/* A POST from another site comes without our SameSite cookies. */
static bool is_foreign(const struct exchange *x, const struct logout *l)
{
	return str_eq(x->request->method, STR("POST")) &&
	       !l->visitor.signed_in && !l->form.form_token.ptr;
}

/* A GET that it leads to has them. */
static bool turn_into_get(struct exchange *x, const struct logout *l)
{
	struct buf to;

	buf_init(&to, x->arena);
	buf_add(&to, x->request->path);
	buf_char(&to, '?');
	buf_add(&to, request_text(x->arena, &l->in));
	if (to.len > LOCATION_MAX)
		return false;
	reply_redirect(&x->reply, buf_str(&to));
	return true;
}

static void ask(struct exchange *x, const struct logout *l)
{
	struct page_view v = view_of(x);
	struct page_form form = {
		.action = STR("logout"),
		.request = request_text(x->arena, &l->in),
	};
	struct str name = STR_NONE;

	form.form_token = form_token(x, STR("logout"),
				     form_cookie_give(x, l->visitor.secure),
				     form.request);
	if (l->return_to.ptr)
		form.origin = view_form_origin(x, l->return_to);
	if (l->has_client)
		name = l->client.client_name.ptr ? l->client.client_name
						 : l->client.client_id;
	page_logout_confirm(&v, &form, l->visitor.session.username, name);
}

/* Front-Channel Logout section 2: "iss [...] sid [...] to prevent
 * denial-of-service"; harmless where the client did not ask for them. */
static struct str frame(struct exchange *x, const struct logout *l,
			const struct db_call *frames, size_t i)
{
	struct buf params;

	buf_init(&params, x->arena);
	form_add(&params, STR("iss"), l->visitor.issuer);
	form_add(&params, STR("sid"), db_text(frames, i, 1));
	return url_with_query(x->arena, db_text(frames, i, 0),
			      buf_str(&params));
}

/* On to the client, after those that are to hear of it in this browser. */
static void go_on(struct exchange *x, const struct logout *l,
		  const struct db_call *frames)
{
	const size_t n = frames ? db_rows(frames) : 0;
	struct str *iframes = arena_alloc(x->arena, n * sizeof(*iframes));
	struct page_view v = view_of(x);

	if (n == 0 && l->return_to.ptr) {
		reply_redirect(&x->reply, l->return_to);
		return;
	}
	for (size_t i = 0; i < n; i++)
		iframes[i] = frame(x, l, frames, i);
	page_logged_out(&v, iframes, n, l->return_to,
			l->has_client ? l->client.client_name : STR_NONE);
}

static void sign_out(struct exchange *x, const struct logout *l)
{
	struct db_work w = { .count = 0 };
	const struct db_call *frames;

	frames = frontchannel_ask(&w, x->arena, &l->visitor.cookie_hash);
	session_end_ask(&w, x->arena, &l->visitor.cookie_hash);
	if (oauth_db(x, DB_WRITE, &w)) {
		authorization_error_page(x, PAGE_TRY_LATER);
		return;
	}
	x->poke = true;		/* the back channel */
	reply_cookie(&x->reply, session_cookie_name(l->visitor.secure),
		     STR(""), 0, l->visitor.secure);
	go_on(x, l, frames);
}

static void stay(struct exchange *x)
{
	struct page_view v = view_of(x);

	page_notice(&v, PAGE_STAY, PAGE_STAYED);
}

static void serve(struct exchange *x, struct logout *l)
{
	const bool confirmed = is_confirmed(x, l);
	/* One that was asked for, and is not to be had: let the person see. */
	const bool astray = l->in.post_logout_redirect_uri.ptr &&
			    !l->return_to.ptr;

	if (is_foreign(x, l)) {
		/* Or else the form of our own page has them. */
		if (!turn_into_get(x, l))
			ask(x, l);
	} else if (confirmed && str_eq(l->form.decision, STR("stay"))) {
		stay(x);
	} else if (!l->visitor.signed_in) {
		if (!confirmed && !l->hinted)
			l->return_to = STR_NONE;
		go_on(x, l, NULL);
	} else if (confirmed || (is_theirs(l) && !astray)) {
		sign_out(x, l);
	} else {
		ask(x, l);
	}
}

void logout_endpoint(struct exchange *x)
{
	struct logout l = { .hinted = false };

	if (read_request(x, &l) || look_up(x, &l) || check(x, &l)) {
		authorization_error_page(x, PAGE_BAD_REQUEST);
		return;
	}
	l.return_to = choose_return(x, &l);
	serve(x, &l);
}
