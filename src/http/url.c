/* url.c - taking URIs apart (RFC 3986). */
#include "http/url.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/hex.h"

static bool is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_unreserved(char c)
{
	return is_alpha(c) || is_digit(c) || (c && strchr("-._~", c));
}

/* Unreserved, percent-encoded, or one of the others that a URI has: all but
 * '#', which would begin a fragment. */
static bool has_uri_characters(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (is_unreserved(c) || (c && strchr(":/?[]@!$&'()*+,;=", c)))
			continue;
		if (c != '%' || s.len - i < 3 || hex_byte(s.ptr + i + 1) < 0)
			return false;
	}
	return true;
}

/* scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." ) */
static bool is_scheme(struct str s)
{
	if (s.len == 0 || !is_alpha(s.ptr[0]))
		return false;
	for (size_t i = 1; i < s.len; i++) {
		char c = s.ptr[i];

		if (!is_alpha(c) && !is_digit(c) && (!c || !strchr("+-.", c)))
			return false;
	}
	return true;
}

/* Of an IP literal the brackets stay. */
static bool split_authority(struct str authority, struct url *u)
{
	struct str rest = authority;
	char six[INET6_ADDRSTRLEN];
	struct in6_addr address;
	long long port;

	if (str_has(authority, '@'))
		return false;
	if (str_starts(authority, STR("["))) {
		struct str literal = str_cut(&rest, ']');

		if (!rest.ptr || literal.len > sizeof(six))
			return false;
		memcpy(six, literal.ptr + 1, literal.len - 1);
		six[literal.len - 1] = '\0';
		if (inet_pton(AF_INET6, six, &address) != 1 ||
		    (rest.len > 0 && rest.ptr[0] != ':'))
			return false;
		u->host = (struct str){ authority.ptr, literal.len + 1 };
		u->port = rest.len > 0 ? str_skip(rest, 1) : STR_NONE;
	} else {
		u->host = str_cut(&rest, ':');
		u->port = rest;
		if (str_has(u->host, '[') || str_has(u->host, ']'))
			return false;
	}
	return !u->port.ptr ||
	       (str_number(u->port, &port) && port < 65536);
}

/* RFC 9110 section 4.2: a host of http and https is there, and not empty. */
static bool has_host_if_http(const struct url *u)
{
	return u->host.len > 0 ||
	       (!str_eq_nocase(u->scheme, STR("http")) &&
		!str_eq_nocase(u->scheme, STR("https")));
}

bool url_parse(struct str text, struct url *out)
{
	struct url u = { .query = text };
	struct str rest;

	if (!has_uri_characters(text))
		return false;
	rest = str_cut(&u.query, '?');
	if (!str_has(rest, ':'))
		return false;
	u.scheme = str_cut(&rest, ':');
	if (!is_scheme(u.scheme))
		return false;
	if (str_starts(rest, STR("//"))) {
		struct str path = str_skip(rest, 2);

		u.authority = str_cut(&path, '/');
		rest = str_skip(rest, 2 + u.authority.len);
		if (!split_authority(u.authority, &u))
			return false;
	}
	u.path = rest;
	if (!has_host_if_http(&u))
		return false;
	*out = u;
	return true;
}

bool url_is_loopback(const struct url *u)
{
	char four[INET_ADDRSTRLEN];
	struct in_addr address;

	if (!str_eq_nocase(u->scheme, STR("http")))
		return false;
	if (str_eq_nocase(u->host, STR("localhost")) ||
	    str_eq(u->host, STR("[::1]")))
		return true;
	if (u->host.len == 0 || u->host.len >= sizeof(four))
		return false;
	memcpy(four, u->host.ptr, u->host.len);
	four[u->host.len] = '\0';
	return inet_pton(AF_INET, four, &address) == 1 &&
	       ntohl(address.s_addr) >> 24 == 127;
}

struct str url_origin(struct arena *a, const struct url *u)
{
	struct buf b;

	buf_init(&b, a);
	buf_add(&b, u->scheme);
	buf_char(&b, ':');
	if (u->authority.len > 0) {
		buf_add(&b, STR("//"));
		buf_add(&b, u->authority);
	}
	return buf_str(&b);
}

void url_escape(struct buf *b, struct str s)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		if (is_unreserved(s.ptr[i])) {
			buf_char(b, s.ptr[i]);
			continue;
		}
		buf_char(b, '%');
		buf_char(b, digits[c >> 4]);
		buf_char(b, digits[c & 15]);
	}
}

struct str url_with_query(struct arena *a, struct str uri, struct str params)
{
	struct buf b;

	buf_init(&b, a);
	buf_add(&b, uri);
	if (!str_has(uri, '?'))
		buf_char(&b, '?');
	else if (!str_ends(uri, STR("?")) && !str_ends(uri, STR("&")))
		buf_char(&b, '&');
	buf_add(&b, params);
	return buf_str(&b);
}
