/* redirect_uri.c - asked for: the first line; registered: the second. */
#include "oauth/redirect_uri.h"

#include "fuzz.h"
#include "http/url.h"

/* But for a port of the loopback interface, it is one that is registered. */
static bool is_one_of(struct str asked, struct str registered)
{
	struct str uri;
	struct url a, r;

	if (str_list_has(registered, asked))
		return true;
	if (!url_parse(asked, &a) || !url_is_loopback(&a))
		return false;
	while ((uri = str_word(&registered)).ptr) {
		if (url_parse(uri, &r) && str_eq(a.scheme, r.scheme) &&
		    str_eq(a.host, r.host) && str_eq(a.path, r.path) &&
		    str_eq(a.query, r.query))
			return true;
	}
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = fuzz_str(data, size);
	const struct str asked = fuzz_line(&rest);
	const struct str registered = fuzz_line(&rest);
	const bool matches = redirect_uri_matches(asked, registered);
	struct str chosen = redirect_uri_choose(asked, registered);

	assert(matches == is_one_of(asked, registered));
	assert(matches ? str_eq(chosen, asked) : !chosen.ptr);
	chosen = redirect_uri_choose(STR_NONE, registered);
	assert(!chosen.ptr || redirect_uri_matches(chosen, registered));
	return 0;
}
