/* redirect_uri.c - where a browser may be sent (RFC 6749 section 3.1.2). */
#include "oauth/redirect_uri.h"

#include "http/url.h"

/* Alike in all but the port. */
static bool loopback_matches(struct str asked, struct str registered)
{
	struct url a, r;

	return url_parse(asked, &a) && url_parse(registered, &r) &&
	       url_is_loopback(&a) && url_is_loopback(&r) &&
	       str_eq(a.scheme, r.scheme) && str_eq(a.host, r.host) &&
	       str_eq(a.path, r.path) && str_eq(a.query, r.query);
}

bool redirect_uri_matches(struct str asked, struct str registered)
{
	struct str uri;

	while ((uri = str_word(&registered)).ptr) {
		if (str_eq(asked, uri) || loopback_matches(asked, uri))
			return true;
	}
	return false;
}

struct str redirect_uri_choose(struct str asked, struct str registered)
{
	struct str only;

	if (asked.ptr) {
		return redirect_uri_matches(asked, registered) ? asked
							       : STR_NONE;
	}
	/* RFC 6749 section 3.1.2.3: it may be left out where one, and one
	 * alone, is registered in full. */
	only = str_word(&registered);
	return str_word(&registered).ptr ? STR_NONE : only;
}

struct str redirect_uri_why(struct str asked, struct str registered)
{
	if (asked.ptr)
		return STR("redirect_uri is not one that the client has "
			   "registered");
	if (!str_word(&registered).ptr)
		return STR("the client has registered no redirect_uri");
	return STR("redirect_uri is missing, and the client has registered "
		   "several");
}
