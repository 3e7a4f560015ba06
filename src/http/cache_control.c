/* cache_control.c - how long an answer is fresh (RFC 9111). */
#include "http/cache_control.h"

struct str field_trim(struct str s)
{
	while (s.len > 0 && (s.ptr[0] == ' ' || s.ptr[0] == '\t'))
		s = str_skip(s, 1);
	while (s.len > 0 && (unsigned char)s.ptr[s.len - 1] <= ' ')
		s.len--;
	return s;
}

/*
 * RFC 9111 section 1.2.2: a number that is too large is 2^31.  What is no
 * number makes the answer stale (section 4.2.1).
 */
static long long delta_seconds(struct str s)
{
	const long long most = 1LL << 31;
	long long n;

	if (s.len >= 2 && s.ptr[0] == '"' && s.ptr[s.len - 1] == '"')
		s = (struct str){ s.ptr + 1, s.len - 2 };
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return 0;
	}
	if (s.len > 18)
		return most;
	if (!str_number(s, &n))
		return 0;
	return n < most ? n : most;
}

long long cache_control_max_age(struct str value, long long before)
{
	long long least = before;

	while (value.ptr) {
		struct str argument = field_trim(str_cut(&value, ','));
		struct str name = field_trim(str_cut(&argument, '='));
		long long age;

		if (str_eq_nocase(name, STR("no-store")) ||
		    str_eq_nocase(name, STR("no-cache")))
			age = 0;
		else if (str_eq_nocase(name, STR("max-age")))
			age = delta_seconds(field_trim(argument));
		else
			continue;
		if (least < 0 || age < least)
			least = age;
	}
	return least;
}
