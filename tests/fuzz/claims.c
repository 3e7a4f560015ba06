/*
 * claims.c - the claims parameter: the first line; a scope: the second; and two
 * lines more are claims of the person, as the database has them.
 */
#include "oauth/claims.h"

#include "fuzz.h"
#include "oauth/scope.h"

static void check_written(struct arena *a, const struct claims_request *in,
			  struct str scope, struct str claims, struct str more)
{
	const struct json *value;
	struct buf b;

	buf_init(&b, a);
	json_object(&b, STR_NONE);
	json_string(&b, STR("sub"), STR("alice"));
	claims_write(a, &b, scope, in->id_token, claims, more);
	json_object_end(&b);
	/* No name twice, and nobody else's sub: that makes it JSON. */
	value = json_parse(a, buf_str(&b));
	assert(str_eq(json_text(json_member(value, STR("sub"))),
		      STR("alice")));
	assert(!json_member(value, STR("iss")) &&
	       !json_member(value, STR("aud")));
}

static void check_narrow(struct arena *a, const struct claims_request *in,
			 struct str allowed)
{
	const struct str text = claims_narrow(a, in, allowed);
	struct claims_request again;

	if (!text.ptr)
		return;
	assert(claims_parse(a, text, &again));
	assert(scope_covers(allowed, claims_scope(a, &again)));
	assert(scope_covers(claims_scope(a, in), claims_scope(a, &again)));
	assert(str_eq(claims_narrow(a, &again, allowed), text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = fuzz_str(data, size);
	const struct str text = fuzz_line(&rest), scope = fuzz_line(&rest);
	const struct str claims = fuzz_line(&rest), more = fuzz_line(&rest);
	struct arena *a = fuzz_arena();
	struct claims_request in;

	if (!claims_parse(a, text, &in))
		return 0;
	assert(scope_covers(STR("profile email address phone"),
			    claims_scope(a, &in)));
	check_narrow(a, &in, scope);
	/* What is unmet where it is essential is unmet. */
	if (claims_unmet(&in, STR("sub"), scope, true))
		assert(claims_unmet(&in, STR("sub"), scope, false));
	check_written(a, &in, scope, claims, more);
	return 0;
}
