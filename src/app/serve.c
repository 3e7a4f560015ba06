/* serve.c - the life of one request: route, run, answer, log. */
#include "app/serve.h"

#include "base/clock.h"
#include "base/log.h"
#include "endpoint/authorization.h"
#include "endpoint/view.h"

static const struct endpoint nowhere = {
	STR_INIT("none"), STR_INIT("GET"), NULL, ENDPOINT_PAGE, false,
};

/*
 * By the end of the path, so that the server can stand below a prefix: by what
 * is before its last segment, where the endpoint's own path ends with a slash;
 * and by its beginning, for a well-known URI that the issuer's path follows
 * (RFC 8414 section 3.1).
 */
static const struct endpoint *find_endpoint(const struct app *app,
					    struct str path)
{
	struct str parent = path;

	while (parent.len > 0 && !str_ends(parent, STR("/")))
		parent.len--;
	for (const struct endpoint *e = app->endpoints; e->run; e++) {
		if (str_ends(str_ends(e->path, STR("/")) ? parent : path,
			     e->path))
			return e;
		if (str_starts(e->path, STR("/.well-known/")) &&
		    str_starts(path, e->path) && path.ptr[e->path.len] == '/')
			return e;
	}
	return &nowhere;
}

static void fail_request(struct exchange *x, const struct endpoint *e,
			 enum page_message text)
{
	struct page_view v = view_of(x);
	int status = oauth_error_status(x->error);

	if (e->kind == ENDPOINT_PAGE)
		page_error(&v, status,
			   status == 404 ? PAGE_TITLE_NOT_FOUND
					 : PAGE_TITLE_BAD_REQUEST,
			   text, STR_NONE, x->description);
	else
		oauth_reply_json(x);
}

static enum oauth_error check_fault(struct exchange *x)
{
	switch (x->request->fault) {
	case REQUEST_OK:
		break;
	case REQUEST_BAD:
		return oauth_fail(x, OAUTH_INVALID_REQUEST,
				  "the request is malformed");
	case REQUEST_CUT:
		return oauth_fail(x, OAUTH_INVALID_REQUEST,
				  "the request ended early");
	case REQUEST_TOO_LARGE:
		return oauth_fail(x, OAUTH_TOO_LARGE,
				  "the request is too large");
	case REQUEST_QUERY_TOO_LONG:
		return oauth_fail(x, OAUTH_URI_TOO_LONG,
				  "the query is too long");
	case REQUEST_HEADERS_TOO_LONG:
		return oauth_fail(x, OAUTH_HEADERS_TOO_LONG,
				  "a header field is too long");
	case REQUEST_SLOW:
		return oauth_fail(x, OAUTH_TIMEOUT,
				  "the request did not arrive in time");
	}
	return OAUTH_OK;
}

static void refuse_method(struct exchange *x, const struct endpoint *e)
{
	struct str rest = e->methods, word;
	struct buf allow;

	oauth_fail(x, OAUTH_METHOD_NOT_ALLOWED, "the method is not allowed");
	fail_request(x, e, PAGE_METHOD_NOT_ALLOWED);
	buf_init(&allow, x->arena);
	while ((word = str_word(&rest)).ptr)
		buf_addf(&allow, "%s%.*s", allow.len ? ", " : "",
			 STR_ARG(word));
	if (e->cors)
		buf_add(&allow, STR(", OPTIONS"));
	reply_header(&x->reply, STR("Allow"), buf_str(&allow));
}

/* The preflight of a script that wants to send Authorization, or JSON. */
static void answer_preflight(struct exchange *x, const struct endpoint *e)
{
	struct str rest = e->methods, word;
	struct buf methods;

	buf_init(&methods, x->arena);
	while ((word = str_word(&rest)).ptr)
		buf_addf(&methods, "%s%.*s", methods.len ? ", " : "",
			 STR_ARG(word));
	x->reply.status = 204;
	reply_header(&x->reply, STR("Access-Control-Allow-Methods"),
		     buf_str(&methods));
	reply_header(&x->reply, STR("Access-Control-Allow-Headers"),
		     STR("Authorization, Content-Type"));
	reply_header(&x->reply, STR("Access-Control-Max-Age"), STR("86400"));
}

static void run(struct exchange *x, const struct endpoint *e)
{
	const struct request *rq = x->request;

	if (check_fault(x)) {
		fail_request(x, e, x->error == OAUTH_TOO_LARGE
				   ? PAGE_TOO_LARGE : PAGE_BAD_REQUEST);
	} else if (!e->run) {
		oauth_fail(x, OAUTH_NOT_FOUND, "there is nothing here");
		fail_request(x, e, PAGE_NOT_FOUND);
	} else if (e->cors && str_eq(rq->method, STR("OPTIONS"))) {
		answer_preflight(x, e);
	} else if (!str_list_has(e->methods, rq->method)) {
		refuse_method(x, e);
	} else {
		e->run(x);
	}
	if (!e->cors)
		return;
	reply_header(&x->reply, STR("Access-Control-Allow-Origin"), STR("*"));
	reply_header(&x->reply, STR("Access-Control-Expose-Headers"),
		     STR("WWW-Authenticate, DPoP-Nonce"));
}

static struct str log_of(const struct service *s, const struct exchange *x,
			 const struct endpoint *e, double since)
{
	const struct log_line line = {
		.program = s->app->program,
		.endpoint = e->path,
		.method = x->request->method,
		.status = x->reply.status,
		.client_id = x->client_id,
		.user = x->user,
		.outcome = oauth_error_code(x->error),
		.reason = x->reason.ptr ? x->reason : x->description,
		.ms = clock_ms_exact() - since,
		.trips = x->trips,
		.statements = x->statements,
	};

	return log_format(x->arena, &line);
}

void serve_request(const struct service *s, struct arena *a,
		   const struct request *rq, struct served *out)
{
	const struct endpoint *e = find_endpoint(s->app, rq->path);
	double since = clock_ms_exact();
	struct exchange x = {
		.arena = a, .request = rq, .endpoint = e->path,
		.db = s->db, .key = &s->key,
		.keys = s->keys,
		.long_way = s->long_way,
	};

	reply_init(&x.reply, a);
	run(&x, e);
	*out = (struct served){
		.log = log_of(s, &x, e, since),
		.text = reply_text(&x.reply, a,
				   str_eq(rq->method, STR("HEAD"))),
		.poke = x.poke,
	};
}
