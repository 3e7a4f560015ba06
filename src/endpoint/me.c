/* me.c - GET /api/me: whom an access token acts for. */
#include "base/json.h"
#include "endpoint/bearer.h"
#include "endpoint/endpoint.h"

void me_endpoint(struct exchange *x)
{
	static const struct scope_need any_token = { .count = 0 };
	struct buf *body = &x->reply.body;
	struct bearer b;

	if (bearer_require(x, &any_token, &b))
		return;
	if (!b.sub.ptr) {
		oauth_fail(x, OAUTH_INSUFFICIENT_SCOPE,
			   "the access token acts for no user");
		oauth_reply_challenge(x);
		return;
	}
	reply_json(&x->reply, 200);
	json_object(body, STR_NONE);
	json_string(body, STR("id"), b.sub);
	json_string(body, STR("username"), b.username);
	json_object_end(body);
}
