/*
 * request.c - a whole request: bytes of strangers, through the table of one of
 * the programs, to an answer; with a database that says what the input says.
 *
 * An input is a text of three parts, an empty line between each: "token POST
 * /path?query" and header fields; the script (world.h); the body.  What only a
 * key can make is written as <<...>>:
 *
 *	<<client JWT {...}>>	a JWT of that typ ("-": none), by the client's key
 *	<<server JWT {...}>>	by the server's
 *	<<basic ID:SECRET>>	for Authorization
 *	<<form PURPOSE TEXT>>	the fields request and form_token of a page
 */
#include "app/serve.h"

#include <stdlib.h>

#include "answer.h"
#include "base/base64.h"
#include "crypto/random.h"
#include "http/url.h"
#include "jose/jws.h"
#include "oauth/logout_delivery.h"
#include "world.h"

/* The programs, with their tables: what main() would run is kept. */
static const struct app *apps[4];
static size_t app_count;

int app_run(const struct app *app)
{
	apps[app_count++] = app;
	return 0;
}

int authorize_main(void);
int token_main(void);
int resource_main(void);
int metadata_main(void);

/* NOLINTBEGIN(bugprone-suspicious-include): all that they have is main(). */
#define main authorize_main
#include "../../cgi-bin/authorize.c"
#undef main
#define main token_main
#include "../../cgi-bin/token.c"
#undef main
#define main resource_main
#include "../../cgi-bin/resource.c"
#undef main
#define main metadata_main
#include "../../cgi-bin/metadata.c"
#undef main
/* NOLINTEND(bugprone-suspicious-include) */

static struct service service;

static void start(void)
{
	if (app_count > 0)
		return;
	crypto_init();
	(void)(authorize_main() + token_main() + resource_main() +
	       metadata_main());
	service.db = db_open(STR("host=/nowhere"), STR("nobody"), 1);
	assert(service.db && app_count == COUNT(apps));
}

/* base64 with padding (RFC 4648 section 4). */
static void add_base64(struct buf *b, struct str s)
{
	struct str text = base64url_encode(world.arena, s.ptr, s.len);

	for (size_t i = 0; i < text.len; i++) {
		const char c = text.ptr[i];

		buf_char(b, (char)(c == '-' ? '+' : c == '_' ? '/' : c));
	}
	for (size_t n = text.len; n % 4 != 0; n++)
		buf_char(b, '=');
}

static void add_jwt(struct buf *b, const struct jwk *key, struct str rest)
{
	struct str typ = str_cut(&rest, ' ');

	buf_add(b, jws_sign(world.arena, key, JOSE_EDDSA,
			    str_eq(typ, STR("-")) ? STR_NONE : typ,
			    rest.ptr ? rest : STR("")));
}

/* As form_token() makes it, for the cookies of the seeds. */
static void add_form(struct buf *b, struct str rest)
{
	struct str purpose = str_cut(&rest, ' ');
	const bool session = str_eq(purpose, STR("consent")) ||
			     str_eq(purpose, STR("device"));
	struct buf first;
	struct hash h;

	rest = rest.ptr ? rest : STR("");
	buf_init(&first, world.arena);
	buf_addf(&first, "%.*s %s", STR_ARG(purpose),
		 session ? WORLD_SESSION : WORLD_FORM);
	h = hash_hmac(&world.key, buf_str(&first), rest);
	buf_add(b, STR("request="));
	url_escape(b, rest);
	buf_add(b, STR("&form_token="));
	buf_add(b, base64url_encode(world.arena, h.bytes, sizeof(h.bytes)));
}

static void add_made(struct buf *b, struct str what)
{
	struct str kind = str_cut(&what, ' ');

	what = what.ptr ? what : STR("");
	if (str_eq(kind, STR("client")))
		add_jwt(b, world.client_key, what);
	else if (str_eq(kind, STR("server")))
		add_jwt(b, world.server_key, what);
	else if (str_eq(kind, STR("basic")))
		add_base64(b, what);
	else if (str_eq(kind, STR("form")))
		add_form(b, what);
}

static const char *find(struct str in, struct str part)
{
	return in.ptr ? memmem(in.ptr, in.len, part.ptr, part.len) : NULL;
}

/* The text with all <<...>> made. */
static struct str make(struct str in)
{
	const char *from, *to;
	struct buf b;

	buf_init(&b, world.arena);
	while ((from = find(in, STR("<<"))) != NULL) {
		struct str rest = str_skip(in, (size_t)(from - in.ptr) + 2);

		to = find(rest, STR(">>"));
		if (!to)
			break;
		buf_add(&b, (struct str){ in.ptr, (size_t)(from - in.ptr) });
		add_made(&b, (struct str){ rest.ptr,
					   (size_t)(to - rest.ptr) });
		in = str_skip(rest, (size_t)(to - rest.ptr) + 2);
	}
	if (in.ptr)
		buf_add(&b, in);
	return buf_str(&b);
}

/* The lines up to an empty one. */
static struct str cut_part(struct str *rest)
{
	const char *end = find(*rest, STR("\n\n"));
	struct str part = *rest;

	if (!end) {
		*rest = STR("");
		return part;
	}
	part.len = (size_t)(end - part.ptr);
	*rest = str_skip(*rest, part.len + 2);
	return part;
}

static const struct {
	struct str name;
	size_t offset;
} fields[] = {
	{ STR_INIT("content-type"), offsetof(struct request, content_type) },
	{ STR_INIT("authorization"), offsetof(struct request, authorization) },
	{ STR_INIT("cookie"), offsetof(struct request, cookie) },
	{ STR_INIT("origin"), offsetof(struct request, origin) },
	{ STR_INIT("accept"), offsetof(struct request, accept) },
	{ STR_INIT("accept-language"), offsetof(struct request, languages) },
	{ STR_INIT("address"), offsetof(struct request, remote_addr) },
};

static void read_field(struct request *rq, struct str line)
{
	struct str name = str_cut(&line, ':');

	if (str_starts(line, STR(" ")))
		line = str_skip(line, 1);
	for (size_t i = 0; line.ptr && i < COUNT(fields); i++) {
		if (str_eq(name, fields[i].name))
			*(struct str *)(void *)((char *)rq +
						fields[i].offset) =
				str_dup(world.arena, line);
	}
}

/* What gateway.c lets through: its own target tests that it does. */
static bool is_as_read(const struct request *rq)
{
	for (size_t i = 0; i < rq->path.len; i++) {
		const unsigned char c = (unsigned char)rq->path.ptr[i];

		if (c < 0x20 || c == 0x7f || c == '\\')
			return false;
	}
	return rq->method.len <= 32 && !str_starts(rq->path, STR("//")) &&
	       rq->query.len <= REQUEST_QUERY_MAX &&
	       rq->path.len <= REQUEST_QUERY_MAX &&
	       rq->remote_addr.len <= 64 && rq->body.len <= REQUEST_BODY_MAX;
}

static const struct app *read_head(struct str head, struct request *rq)
{
	struct str line = str_cut(&head, '\n');
	struct str program = str_cut(&line, ' '), target;
	const struct app *app = apps[0];

	for (size_t i = 0; i < app_count; i++) {
		if (str_eq(program, apps[i]->program))
			app = apps[i];
	}
	rq->method = str_dup(world.arena, str_cut(&line, ' '));
	target = line.ptr ? line : STR("/");
	rq->path = str_dup(world.arena, str_cut(&target, '?'));
	rq->query = target.ptr ? str_dup(world.arena, target) : STR("");
	while (head.ptr)
		read_field(rq, str_cut(&head, '\n'));
	return app;
}

/* As it is written, and as it was made: a JWT's text may go on what is before
 * it. */
static struct str all_that_is_said(struct str data, struct str head,
				   struct str body)
{
	struct buf b;

	buf_init(&b, world.arena);
	buf_add(&b, data);
	buf_char(&b, '\n');
	buf_add(&b, head);
	buf_char(&b, '\n');
	buf_add(&b, world.script);
	buf_char(&b, '\n');
	buf_add(&b, body);
	return buf_str(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = fuzz_str(data, size), head, script;
	struct arena *a = fuzz_arena();
	struct request rq = { .fault = REQUEST_OK };
	struct long_way long_way = { { 0 } };
	struct served out;

	start();
	/* The environment has no NUL, and neither has a line of the script. */
	if (size > 4 * 4096)
		return 0;
	head = cut_part(&rest);
	script = cut_part(&rest);
	if (str_has(head, '\0'))
		return 0;
	world_begin(a, STR_NONE);
	world.script = make(script);
	head = make(head);
	service.app = read_head(head, &rq);
	service.key = world.key;
	service.long_way = &long_way;
	rq.body = make(rest);
	world.input = all_that_is_said(fuzz_str(data, size), head, rq.body);
	if (!is_as_read(&rq))
		return 0;
	serve_request(&service, a, &rq, &out);
	answer_check(&rq, service.app, &out);
	arena_reset(a);
	return 0;
}
