/*
 * fetch.c - what another server answers, and where it is: the first line of an
 * input is the URL that a client gave, each of the others a line of the header.
 *
 * The file itself is included: libcurl is not to be fuzzed, and what stands
 * between it and us is static.
 */
#include "../../src/http/fetch.c" /* NOLINT(bugprone-suspicious-include) */

#include "fuzz.h"

static void check_where(struct arena *a, struct str url)
{
	const struct fetch_policy policies[] = {
		{ .allow_http = true }, { .allow_http = false },
	};
	struct fetch f = { .url = url };
	struct job job = { .f = &f, .policy = &policies[0] };
	bool good;
	struct url u;

	if (check_url(&job))
		return;
	/* What libcurl is handed is a URL of ASCII, and a C string. */
	assert(str_cstr(a, url) && url_parse(url, &u) && u.host.len > 0);
	for (size_t i = 0; i < url.len; i++)
		assert(url.ptr[i] > 0x20 && url.ptr[i] < 0x7f);
	assert(!str_has(url, '#') && !str_has(u.authority, '@'));
	assert(job.plain == str_eq_nocase(u.scheme, STR("http")));
	job.policy = &policies[1];
	good = check_url(&job) == NULL;
	assert(good == !job.plain);
}

/* The time that an answer may be kept never grows by a further field. */
static void check_header(struct str rest)
{
	struct fetch f = { .max_age = -1 };

	while (rest.ptr) {
		const long long before = f.max_age;
		struct str line = fuzz_line(&rest), name;
		const char *fault = read_field(&f, line);

		name = str_cut(&line, ':');
		assert(f.max_age >= -1 && f.max_age <= 1LL << 31);
		assert(before < 0 || f.max_age <= before);
		assert(before == f.max_age ||
		       str_eq_nocase(name, STR("Cache-Control")));
		assert(!fault || str_ends(name, STR("ncoding")) ||
		       str_ends(name, STR("NCODING")) || name.len > 0);
		if (str_eq_nocase(name, STR("Cache-Control")) &&
		    str_eq_nocase(field_trim(line), STR("no-store")))
			assert(f.max_age == 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = fuzz_str(data, size);
	struct arena *a = fuzz_arena();

	check_where(a, fuzz_line(&rest));
	check_header(rest);
	return 0;
}
