/* exchange.c - one request and its answer: failures and their renderings. */
#include "oauth/exchange.h"

#include "base/json.h"

enum oauth_error oauth_fail_str(struct exchange *x, enum oauth_error e,
				struct str description)
{
	x->error = e;
	x->description = description;
	return e;
}

void oauth_reason(struct exchange *x, struct str reason)
{
	x->reason = reason;
}

static void reason_of_call(struct exchange *x, const struct db_call *call)
{
	struct buf b;

	buf_init(&b, x->arena);
	buf_addf(&b, "%.*s: ", STR_ARG(query_name(call->query)));
	if (call->status == DB_FAILED)
		buf_addf(&b, "refused with SQLSTATE %s", call->sqlstate);
	else if (call->status == DB_UNKNOWN)
		buf_add(&b, STR("the connection was lost, it may have run"));
	else
		buf_add(&b, STR("no database"));
	oauth_reason(x, buf_str(&b));
}

/* Whatever fails takes what was run with it along, but the SQLSTATE is its own.
 * Where the commit failed, nobody has one. */
static const struct db_call *culprit(const struct db_work *work,
				     enum db_status s)
{
	for (size_t i = 0; i < work->count; i++) {
		const struct db_call *call = &work->calls[i];

		if (call->status == s &&
		    (s != DB_FAILED || call->sqlstate[0] != '\0'))
			return call;
	}
	return &work->calls[0];
}

enum oauth_error oauth_db(struct exchange *x, enum db_lane lane,
			  struct db_work *work)
{
	enum db_status s = db_run(x->db, x->arena, lane, work);

	x->trips += work->trips;
	x->statements += (unsigned)work->count;
	if (s == DB_OK || s == DB_NO_ROW)
		return OAUTH_OK;
	reason_of_call(x, culprit(work, s));
	if (s == DB_FAILED)
		return oauth_fail(x, OAUTH_SERVER_ERROR,
				  "the request could not be completed");
	return oauth_fail(x, OAUTH_TEMPORARILY_UNAVAILABLE,
			  "the service is unavailable, try again shortly");
}

static void add_error_members(struct exchange *x)
{
	struct buf *body = &x->reply.body;

	json_object(body, STR_NONE);
	json_string(body, STR("error"), oauth_error_code(x->error));
	if (x->description.len > 0)
		json_string(body, STR("error_description"), x->description);
	json_object_end(body);
}

static void add_retry_after(struct exchange *x)
{
	if (oauth_error_status(x->error) == 503)
		reply_header(&x->reply, STR("Retry-After"), STR("1"));
}

void oauth_reply_json(struct exchange *x)
{
	reply_json(&x->reply, oauth_error_status(x->error));
	/* RFC 6749 section 5.2: the scheme that the client used; those who
	 * used none are told the one we know. */
	if (x->error == OAUTH_INVALID_CLIENT)
		reply_header(&x->reply, STR("WWW-Authenticate"),
			     STR("Basic realm=\"postern\", charset=\"UTF-8\""));
	add_retry_after(x);
	add_error_members(x);
}

void oauth_reply_challenge(struct exchange *x)
{
	struct buf b;

	buf_init(&b, x->arena);
	buf_add(&b, STR("Bearer realm=\"postern\""));
	/* RFC 6750 section 3.1: "If the request lacks any authentication
	 * information [...] SHOULD NOT include an error code". */
	if (x->error != OAUTH_MISSING_TOKEN) {
		buf_addf(&b, ", error=\"%.*s\"",
			 STR_ARG(oauth_error_code(x->error)));
		if (x->description.len > 0)
			buf_addf(&b, ", error_description=\"%.*s\"",
				 STR_ARG(x->description));
	}
	reply_json(&x->reply, oauth_error_status(x->error));
	if (oauth_error_status(x->error) < 500)
		reply_header(&x->reply, STR("WWW-Authenticate"), buf_str(&b));
	add_retry_after(x);
	if (x->error != OAUTH_MISSING_TOKEN)
		add_error_members(x);
	else
		buf_add(&x->reply.body, STR("{}"));
}
