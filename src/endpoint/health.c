/* health.c - is it up?  One round trip, and nothing that is not public. */
#include "base/json.h"
#include "endpoint/endpoint.h"

void health_endpoint(struct exchange *x)
{
	struct db_work w = { .count = 0 };
	struct buf *body = &x->reply.body;

	db_add(&w, x->arena, QUERY_HEALTH_CHECK, NULL, 0);
	if (oauth_db(x, DB_READ, &w)) {
		oauth_reply_json(x);
		return;
	}
	reply_json(&x->reply, 200);
	json_object(body, STR_NONE);
	json_string(body, STR("status"), STR("ok"));
	json_object_end(body);
}
