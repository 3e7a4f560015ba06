/*
 * guard.c - resources that ask for scopes in every way there is: what Authlib
 * writes as require_oauth(["profile email"]), (["profile", "email"]) and
 * (optional=True).  Run as plain CGI by tests/web/test_guard.py.
 */
#include "app/app.h"
#include "base/json.h"
#include "endpoint/bearer.h"

static void answer(struct exchange *x, const struct scope_need *need)
{
	struct bearer b;

	if (bearer_require(x, need, &b))
		return;
	reply_json(&x->reply, 200);
	json_object(&x->reply.body, STR_NONE);
	json_string(&x->reply.body, STR("username"),
		    b.sub.ptr ? b.username : STR("anonymous"));
	json_object_end(&x->reply.body);
}

static void all_endpoint(struct exchange *x)
{
	static const struct str both[] = { STR_INIT("profile email") };
	static const struct scope_need need = { both, 1, false, false };

	answer(x, &need);
}

static void any_endpoint(struct exchange *x)
{
	static const struct str either[] = {
		STR_INIT("calendar"), STR_INIT("email"),
	};
	static const struct scope_need need = { either, 2, false, false };

	answer(x, &need);
}

static void mixed_endpoint(struct exchange *x)
{
	static const struct str sets[] = {
		STR_INIT("calendar"), STR_INIT("email profile"),
	};
	static const struct scope_need need = { sets, 2, false, false };

	answer(x, &need);
}

static void optional_endpoint(struct exchange *x)
{
	static const struct scope_need need = { NULL, 0, true, false };

	answer(x, &need);
}

int main(void)
{
	static const struct endpoint endpoints[] = {
		{ STR_INIT("/all"), STR_INIT("GET"), all_endpoint,
		  ENDPOINT_BEARER, true },
		{ STR_INIT("/any"), STR_INIT("GET"), any_endpoint,
		  ENDPOINT_BEARER, true },
		{ STR_INIT("/mixed"), STR_INIT("GET"), mixed_endpoint,
		  ENDPOINT_BEARER, true },
		{ STR_INIT("/optional"), STR_INIT("GET"), optional_endpoint,
		  ENDPOINT_BEARER, true },
		ENDPOINT_END,
	};
	static const struct app app = {
		STR_INIT("resource"), endpoints, false, NULL,
	};

	return app_run(&app);
}
