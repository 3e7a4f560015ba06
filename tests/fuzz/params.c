/*
 * params.c - the parameters of a request: its method, Content-Type and query
 * are a line each, the rest is its body.
 */
#include "oauth/params.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = fuzz_str(data, size);
	struct request rq = { .method = fuzz_line(&rest) };
	struct arena *a = fuzz_arena();
	struct exchange x = { .arena = a, .request = &rq };
	struct exchange y = x;
	struct form form = { NULL, 0 };
	bool is_post;

	rq.content_type = fuzz_line(&rest);
	rq.query = fuzz_line(&rest);
	rq.body = rest;
	is_post = str_eq(rq.method, STR("POST"));
	if (params_read_body(&x, &form)) {
		assert(x.error && x.description.len > 0 && !form.fields);
	} else {
		assert(!params_repeat(&form) && rq.query.len == 0);
		assert(form.count == 0 || rq.content_type.len > 0);
	}
	form = (struct form){ NULL, 0 };
	if (params_read_browser(&y, &form))
		assert(y.error && y.description.len > 0 && !form.fields);
	else
		assert(!is_post || rq.query.len == 0);
	assert(!is_post || x.error || !y.error);
	return 0;
}
