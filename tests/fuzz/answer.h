/*
 * answer.h - what must be true of every answer, whatever was asked and whatever
 * the database said (world.h).
 */
#ifndef TESTS_FUZZ_ANSWER_H
#define TESTS_FUZZ_ANSWER_H

#include "app/serve.h"
#include "base/base64.h"
#include "base/hex.h"
#include "crypto/credential.h"
#include "html.h"
#include "jose/jws.h"
#include "store/token.h"
#include "world.h"

struct answer_seen {
	int status;
	struct str headers, body;
	struct str type, location;
};

static struct str answer_header(struct str headers, struct str name)
{
	while (headers.len > 0) {
		struct str value = str_cut(&headers, '\n');

		value.len--;
		if (str_eq_nocase(str_cut(&value, ':'), name))
			return str_skip(value, 1);
	}
	return STR_NONE;
}

static void answer_field(struct str line)
{
	struct str name;

	assert(str_ends(line, STR("\r")));
	line.len--;
	for (size_t i = 0; i < line.len; i++)
		assert((unsigned char)line.ptr[i] >= 0x20 &&
		       line.ptr[i] != 0x7f);
	name = str_cut(&line, ':');
	assert(name.len > 0 && str_starts(line, STR(" ")));
	for (size_t i = 0; i < name.len; i++)
		assert(name.ptr[i] == '-' || ((name.ptr[i] | 0x20) >= 'a' &&
					      (name.ptr[i] | 0x20) <= 'z'));
}

/* "Status: 200 OK", header fields each once, an empty line, the body. */
static struct answer_seen answer_read(const struct request *rq, struct str text)
{
	const char *end = memmem(text.ptr, text.len, "\r\n\r\n", 4);
	struct answer_seen got = { .body = STR_NONE };
	struct str rest, line;
	long long n;

	assert(end && str_starts(text, STR("Status: ")));
	got.headers = (struct str){ text.ptr, (size_t)(end - text.ptr) + 2 };
	got.body = str_skip(text, got.headers.len + 2);
	rest = str_skip(text, 8);
	assert(str_number(str_cut(&rest, ' '), &n) && n >= 200 && n <= 599);
	assert(!str_starts(rest, STR("Unknown")));
	got.status = (int)n;
	for (rest = got.headers; rest.len > 0;) {
		struct str name, all;

		line = str_cut(&rest, '\n');
		answer_field(line);
		all = rest;
		name = str_cut(&line, ':');
		assert(str_eq(name, STR("Set-Cookie")) ||
		       !answer_header(all, name).ptr);
	}
	got.type = answer_header(got.headers, STR("Content-Type"));
	got.location = answer_header(got.headers, STR("Location"));
	line = answer_header(got.headers, STR("Content-Length"));
	if (!str_eq(rq->method, STR("HEAD")) && line.ptr)
		assert(str_number(line, &n) && (size_t)n == got.body.len);
	else
		assert(got.body.len == 0);
	return got;
}

/* Of one of those that the client has registered; RFC 8252 section 7.3: on the
 * person's own machine by any port. */
static bool answer_is_at(struct str uri, struct str registered)
{
	struct str after;

	if (str_starts(registered, STR("http://127.0.0.1/")) &&
	    str_starts(uri, STR("http://127.0.0.1:"))) {
		uri = str_skip(uri, 17);
		while (uri.len > 0 && uri.ptr[0] >= '0' && uri.ptr[0] <= '9')
			uri = str_skip(uri, 1);
		registered = str_skip(registered, 16);
	}
	after = str_skip(uri, registered.len);
	return str_starts(uri, registered) &&
	       (after.len == 0 || strchr("?&#", after.ptr[0]));
}

static bool answer_is_registered(struct str uri)
{
	static const struct {
		enum query query;
		const char *column;
	} places[] = {
		{ QUERY_CLIENT_SHOW, "redirect_uris" },
		{ QUERY_LOGOUT_LOAD, "post_logout_redirect_uris" },
	};

	for (size_t i = 0; i < COUNT(places); i++) {
		struct str words = world_value(places[i].query,
					       str_of(places[i].column),
					       STR("text"), 0), word;

		while ((word = str_word(&words)).ptr) {
			if (answer_is_at(uri, word))
				return true;
		}
	}
	return false;
}

/* A browser is sent to one of our own pages, or to a registered URI. */
static void answer_location(const struct request *rq,
			    const struct answer_seen *got)
{
	struct str path = rq->path;

	assert((got->status == 303) == (got->location.ptr != NULL));
	if (!got->location.ptr || answer_is_registered(got->location))
		return;
	while (path.len > 0 && !str_ends(path, STR("/")))
		path.len--;
	assert(str_starts(got->location, path));
	assert(!str_starts(got->location, STR("//")));
}

static void answer_form_actions(struct str page)
{
	const char *at;

	while ((at = memmem(page.ptr, page.len, " action=\"", 9)) != NULL) {
		struct str action;
		struct buf b;

		page = str_skip(page, (size_t)(at - page.ptr) + 9);
		action = str_cut(&page, '"');
		buf_init(&b, world.arena);
		/* A URI has nothing else that would be escaped. */
		while (action.ptr) {
			buf_add(&b, str_cut(&action, '&'));
			if (!action.ptr)
				break;
			buf_char(&b, str_starts(action, STR("amp;")) ? '&'
								     : '\'');
			(void)str_cut(&action, ';');
		}
		assert(str_list_has(STR("sign-in consent create-account device "
					"logout"), buf_str(&b)) ||
		       answer_is_registered(buf_str(&b)));
	}
}

static void answer_body(const struct answer_seen *got)
{
	struct jws j;

	assert(got->body.len == 0 || got->type.ptr);
	if (got->body.len == 0)
		return;
	if (str_ends(got->type, STR("json"))) {
		const struct json *v = json_parse(world.arena, got->body);

		assert(json_is_object(v));
		assert(!json_member(v, STR("error")) || got->status >= 400);
		assert(got->status < 400 || json_member(v, STR("error")) ||
		       got->status == 401);
	} else if (str_starts(got->type, STR("text/html"))) {
		html_check(got->body);
		answer_form_actions(got->body);
		assert(answer_header(got->headers,
				     STR("Content-Security-Policy")).ptr);
	} else {
		assert(str_ends(got->type, STR("jwt")));
		assert(jws_parse(world.arena, got->body, &j));
		assert(jws_verify(world.arena, &j, world.server_key,
				  JOSE_EDDSA));
	}
}

/* The input with all escapes undone that there may be. */
static struct str answer_unescaped(struct str s)
{
	struct buf b;

	buf_init(&b, world.arena);
	for (size_t i = 0; i < s.len; i++) {
		const bool escape = s.ptr[i] == '%' && s.len - i > 2;
		const int byte = escape ? hex_byte(s.ptr + i + 1) : -1;

		buf_char(&b, byte < 0 ? s.ptr[i] : (char)byte);
		if (byte >= 0)
			i += 2;
	}
	return buf_str(&b);
}

/* Somebody said it, as whatever; also in a form inside of a form. */
static bool answer_was_given(struct str text)
{
	struct str said = world.input;

	for (int i = 0; i < 3; i++) {
		if (fuzz_has(said, text))
			return true;
		said = answer_unescaped(said);
	}
	return false;
}

/*
 * The successor of a refresh token that somebody else has rotated first: it was
 * stored by their request, and is derived from the salt that is in the row.
 */
static bool answer_is_successor(const struct credential *c)
{
	struct str hex = world_value(QUERY_REFRESH_ROTATE, STR("salt"),
				     STR("text"), 0);
	unsigned char salt[REFRESH_SALT_LEN];
	struct str said = answer_unescaped(world.input);

	/* As read_salt() has it. */
	if (!hex_decode(hex, salt, sizeof(salt)))
		memset(salt, 0, sizeof(salt));
	for (size_t i = 0; i + 48 <= said.len; i++) {
		struct credential old, next;
		int slot;

		if (!credential_parse((struct str){ said.ptr + i, 48 },
				      CREDENTIAL_REFRESH_TOKEN, &slot, &old))
			continue;
		next = credential_successor(
			&world.key, &old,
			(struct str){ (const char *)salt, sizeof(salt) });
		if (memcmp(next.bytes, c->bytes, sizeof(next.bytes)) == 0)
			return true;
	}
	return false;
}

/* Whatever is handed out as a credential was stored, and its commit known. */
static void answer_credentials(struct str text)
{
	for (size_t i = 0; i + 48 <= text.len; i++) {
		const struct str found = { text.ptr + i, 48 };
		enum credential_kind kind = CREDENTIAL_ACCESS_TOKEN;
		struct credential c;
		struct hash h;
		int slot;

		if (found.ptr[0] != 'p' || found.ptr[4] != '_')
			continue;
		for (; kind <= CREDENTIAL_REGISTRATION; kind++) {
			if (!credential_parse(found, kind, &slot, &c) ||
			    answer_was_given(found))
				continue;
			h = credential_hash(&c);
			assert(world_has_stored(hash_str(&h)) ||
			       (kind == CREDENTIAL_REFRESH_TOKEN &&
				answer_is_successor(&c)));
		}
	}
}

static void answer_cookies(struct str headers)
{
	while (headers.len > 0) {
		struct str line = str_cut(&headers, '\n'), name, value;
		struct credential c;
		struct hash h;

		if (!str_starts(line, STR("Set-Cookie: ")))
			continue;
		assert(fuzz_has(line, STR("; HttpOnly; SameSite=Lax")));
		line = str_skip(line, 12);
		name = str_cut(&line, '=');
		value = str_cut(&line, ';');
		if (!str_ends(name, STR("postern_session")) || !value.len)
			continue;
		assert(base64url_decode(value, c.bytes, sizeof(c.bytes)));
		h = credential_hash(&c);
		assert(world_has_stored(hash_str(&h)));
	}
}

/* One line of JSON; nothing of what must not be known is in it. */
static void answer_log(struct str log)
{
	const struct json *v;

	assert(str_ends(log, STR("\n")));
	log.len--;
	assert(!str_has(log, '\n'));
	v = json_parse(world.arena, log);
	assert(json_is_object(v));
	if (fuzz_has(world.script, STR(WORLD_CANARY)))
		return;
	for (v = json_item(v, 0); v; v = json_next(v)) {
		/* What a client may call itself, and how it asks. */
		if (str_list_has(STR("client_id user method"), json_name(v)))
			continue;
		assert(!json_text(v).ptr ||
		       !fuzz_has(json_text(v), STR(WORLD_CANARY)));
	}
}

static void answer_check(const struct request *rq, const struct app *app,
			 const struct served *out)
{
	const struct answer_seen got = answer_read(rq, out->text);

	answer_location(rq, &got);
	answer_body(&got);
	answer_credentials(out->text);
	answer_cookies(got.headers);
	answer_log(out->log);
	assert(!answer_header(got.headers,
			      STR("Access-Control-Allow-Credentials")).ptr);
	/* A statement that failed is never answered with success, and one that
	 * did not fail is no failure of the server's. */
	assert(!world.failed || got.status >= 400);
	assert(world.script.len > 0 || got.status < 500);
	/* The metadata program's answers may be kept; nobody else's. */
	assert(str_eq(app->program, STR("metadata")) ||
	       str_eq(answer_header(got.headers, STR("Cache-Control")),
		      STR("no-store")));
}

#endif
