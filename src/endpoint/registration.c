/*
 * registration.c - clients that register themselves (RFC 7591, OpenID Connect
 * Dynamic Client Registration) and manage that (RFC 7592).
 *
 * Here a request is taken apart and the secrets are made; what may be
 * registered, and by whom, the database decides.
 */
#include "endpoint/registration.h"

#include "base/base64.h"
#include "crypto/credential.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "endpoint/endpoint.h"
#include "http/credentials.h"
#include "store/client.h"

/* A request, and the secrets that it may come to need. */
struct registration_request {
	struct registration in;
	const struct json *body;	/* of POST and PUT: an object */
	struct str access_token;	/* what is managed with, as text */
	struct str client_secret;	/* a new one */
	struct hash token_hash, initial_token_hash;
};

/* prefix and base64url of n random bytes, 32 at most. */
static struct str random_text(struct arena *a, struct str prefix, size_t n)
{
	unsigned char bytes[32];
	struct buf b;

	random_bytes(bytes, n);
	buf_init(&b, a);
	buf_add(&b, prefix);
	buf_add(&b, base64url_encode(a, bytes, n));
	secret_wipe(bytes, sizeof(bytes));
	return buf_str(&b);
}

static void make_secret(struct exchange *x, struct registration_request *r)
{
	struct secret s;

	/* As oauth.new_client_secret() makes them. */
	r->client_secret = random_text(x->arena, STR("pcs_"), 32);
	s = (struct secret){ r->client_secret };
	r->in.client_secret_verifier = secret_fast_verifier(x->arena, s);
	r->in.client_secret_sealed = client_secret_seal(
		x->arena, x->key, r->in.client_id, s);
}

static bool is_json(struct str content_type)
{
	struct str type = str_cut(&content_type, ';');

	while (str_ends(type, STR(" ")) || str_ends(type, STR("\t")))
		type.len--;
	return str_eq_nocase(type, STR("application/json"));
}

/* RFC 7591 section 3.1: an object whose members are the metadata. */
static enum oauth_error read_body(struct exchange *x,
				  struct registration_request *r)
{
	const struct request *rq = x->request;

	if (!is_json(rq->content_type))
		return oauth_fail(x, OAUTH_INVALID_REQUEST,
				  "Content-Type must be application/json");
	r->body = json_parse(x->arena, rq->body);
	if (!json_is_object(r->body))
		return oauth_fail(x, OAUTH_INVALID_REQUEST,
				  "the body must be a JSON object");
	if (!json_item(r->body, 0))
		return oauth_fail(x, OAUTH_INVALID_REQUEST,
				  "there is no metadata");
	r->in.metadata = rq->body;
	return OAUTH_OK;
}

/* The hash of the token that was sent, where it is one of this kind. */
static bool read_token(const struct exchange *x, enum credential_kind kind,
		       struct str *text, struct hash *out)
{
	struct str token = x->request->authorization;
	struct credential c;
	int slot;

	if (!str_eq_nocase(credentials_scheme(&token), STR("Bearer")) ||
	    !credential_parse(token, kind, &slot, &c) || slot != 0)
		return false;
	*out = credential_hash(&c);
	*text = token;
	return true;
}

static const struct {
	struct str code;
	enum oauth_error error;
} faults[] = {
	{ STR_INIT("invalid_redirect_uri"), OAUTH_INVALID_REDIRECT_URI },
	{ STR_INIT("invalid_software_statement"),
	  OAUTH_INVALID_SOFTWARE_STATEMENT },
	{ STR_INIT("unapproved_software_statement"),
	  OAUTH_UNAPPROVED_SOFTWARE_STATEMENT },
};

/* What a description may hold (RFC 6749 section 5.2): %x20-21, %x23-5B and
 * %x5D-7E.  It may repeat what the client has sent. */
static struct str plain_text(struct arena *a, struct str s)
{
	struct buf b;

	buf_init(&b, a);
	for (size_t i = 0; i < s.len; i++) {
		const char c = s.ptr[i];

		if (c == '"' || c == '\\')
			buf_char(&b, '\'');
		else
			buf_char(&b, c < 0x20 || c > 0x7e ? '?' : c);
	}
	return buf_str(&b);
}

static enum oauth_error refuse_metadata(struct exchange *x,
					const struct registered *done)
{
	enum oauth_error e = OAUTH_INVALID_CLIENT_METADATA;

	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		if (str_eq(faults[i].code, done->error))
			e = faults[i].error;
	}
	return oauth_fail_str(x, e, plain_text(x->arena, done->description));
}

static enum oauth_error unauthorized(struct exchange *x)
{
	return oauth_fail(x, OAUTH_INVALID_TOKEN,
			  "the access token is missing, or not valid");
}

/* What came of it, as a failure; OAUTH_OK where it is none. */
static enum oauth_error look_at(struct exchange *x,
				const struct registered *done)
{
	switch (done->status) {
	case REGISTRATION_OK:
		break;
	case REGISTRATION_OFF:
		return oauth_fail(x, OAUTH_FORBIDDEN,
				  "clients do not register themselves here");
	case REGISTRATION_UNAUTHORIZED:
		return unauthorized(x);
	case REGISTRATION_FORBIDDEN:
		return oauth_fail(x, OAUTH_FORBIDDEN,
				  "the access token is not for this client");
	case REGISTRATION_LIMITED:
		return oauth_fail(x, OAUTH_TOO_MANY_REQUESTS,
				  "there are too many registrations");
	case REGISTRATION_INVALID:
		return refuse_metadata(x, done);
	}
	return OAUTH_OK;
}

/* Run it and see what came of it. */
static enum oauth_error submit(struct exchange *x, enum db_lane lane,
			       struct db_work *w, const struct db_call *call,
			       struct registered *out)
{
	struct registered done;
	enum oauth_error e = oauth_db(x, lane, w);

	if (e)
		return e;
	registration_answer(call, &done);
	e = look_at(x, &done);
	if (!e)
		*out = done;
	return e;
}

/* RFC 7591 section 3.2.1: "Additionally, the authorization server MUST return
 * all registered metadata about this client". */
static void reply(struct exchange *x, int status,
		  const struct registration_request *r,
		  const struct registered *done)
{
	struct buf *body = &x->reply.body;
	const struct json *v =
		json_item(json_parse(x->arena, done->metadata), 0);

	reply_json(&x->reply, status);
	json_object(body, STR_NONE);
	for (; v; v = json_next(v))
		json_value(body, json_name(v), v);
	if (done->has_new_secret)
		json_string(body, STR("client_secret"), r->client_secret);
	json_string(body, STR("registration_access_token"), r->access_token);
	json_object_end(body);
}

static void reply_failure(struct exchange *x)
{
	if (x->error == OAUTH_TOO_MANY_REQUESTS)
		reply_header(&x->reply, STR("Retry-After"), STR("3600"));
	if (x->error == OAUTH_INVALID_TOKEN)
		oauth_reply_challenge(x);
	else
		oauth_reply_json(x);
}

static enum oauth_error create(struct exchange *x)
{
	const struct credential token = credential_new();
	struct registration_request r = { .in = {
		.client_id = random_text(x->arena, STR("pci_"), 16),
		.address = x->request->remote_addr,
		.token_hash = &r.token_hash,
	} };
	struct db_work w = { .count = 0 };
	struct registered done;
	enum oauth_error e = read_body(x, &r);

	if (e)
		return e;
	/* A token that is none is not the same as no token. */
	if (x->request->authorization.ptr) {
		if (!read_token(x, CREDENTIAL_INITIAL, &r.access_token,
				&r.initial_token_hash))
			return unauthorized(x);
		r.in.initial_token_hash = &r.initial_token_hash;
	}
	e = registration_ask_outside(x, r.body, NULL, &r.in);
	if (e)
		return e;
	r.token_hash = credential_hash(&token);
	r.access_token = credential_text(x->arena, CREDENTIAL_REGISTRATION, 0,
					 &token);
	make_secret(x, &r);
	e = submit(x, DB_WRITE, &w,
		   registration_create_ask(&w, x->arena, &r.in), &done);
	if (e)
		return e;
	x->client_id = r.in.client_id;
	reply(x, 201, &r, &done);
	return OAUTH_OK;
}

void registration_endpoint(struct exchange *x)
{
	if (create(x))
		reply_failure(x);
}

/* RFC 7592 section 2.2: the request "MUST NOT include" these. */
static const struct str not_sent[] = {
	STR_INIT("registration_access_token"),
	STR_INIT("registration_client_uri"),
	STR_INIT("client_secret_expires_at"),
	STR_INIT("client_id_issued_at"),
};

static enum oauth_error check_replacement(struct exchange *x,
					  const struct registration_request *r)
{
	for (size_t i = 0; i < sizeof(not_sent) / sizeof(not_sent[0]); i++) {
		if (json_member(r->body, not_sent[i]))
			return oauth_fail(x, OAUTH_INVALID_REQUEST,
					  "a member is there that only the "
					  "server sends");
	}
	if (!str_eq(json_text(json_member(r->body, STR("client_id"))),
		    r->in.client_id))
		return oauth_fail(x, OAUTH_INVALID_REQUEST,
				  "client_id must be the client's own");
	return OAUTH_OK;
}

/*
 * "If the client includes the "client_secret" field in the request, the value
 * of this field MUST match the currently issued client secret for that client"
 * (RFC 7592 section 2.2).
 */
static bool secret_matches(struct exchange *x, const struct json *given,
			   const struct db_call *load)
{
	const struct secret s = { json_text(given) };
	struct secret own;
	struct client c;

	if (!given)
		return true;
	if (!client_load_read(load, &c))
		return false;
	if (client_secret_unseal(x->arena, x->key, &c, &own))
		return secret_eq(s, own);
	return secret_verify(x->arena, s, c.client_secret_verifier);
}

static enum oauth_error replace(struct exchange *x,
				struct registration_request *r)
{
	struct db_work first = { .count = 0 }, w = { .count = 0 };
	const struct db_call *may, *load;
	struct registered done;
	struct known known;
	enum oauth_error e;

	/* Who asks is settled before what they ask. */
	may = registration_read_ask(&first, x->arena, &r->in);
	load = client_load_ask(&first, x->arena, r->in.client_id);
	e = submit(x, DB_READ, &first, may, &done);
	if (!e)
		e = read_body(x, r);
	if (!e)
		e = check_replacement(x, r);
	if (e)
		return e;
	if (!secret_matches(x, json_member(r->body, STR("client_secret")),
			    load))
		return oauth_fail(x, OAUTH_INVALID_REQUEST,
				  "client_secret is not the client's own");
	known.software_statement = json_text(json_member(
		json_parse(x->arena, done.metadata),
		STR("software_statement")));
	e = registration_ask_outside(x, r->body, &known, &r->in);
	if (e)
		return e;
	make_secret(x, r);
	e = submit(x, DB_WRITE, &w,
		   registration_replace_ask(&w, x->arena, &r->in), &done);
	if (!e)
		reply(x, 200, r, &done);
	return e;
}

static enum oauth_error read_back(struct exchange *x,
				  struct registration_request *r)
{
	struct db_work w = { .count = 0 };
	struct registered done;
	enum oauth_error e = submit(x, DB_READ, &w,
				    registration_read_ask(&w, x->arena,
							  &r->in), &done);

	if (!e)
		reply(x, 200, r, &done);
	return e;
}

static enum oauth_error delete(struct exchange *x,
			       struct registration_request *r)
{
	struct db_work w = { .count = 0 };
	struct registered done;
	enum oauth_error e = submit(x, DB_WRITE, &w,
				    registration_delete_ask(&w, x->arena,
							    &r->in), &done);

	/* RFC 7592 section 2.3 */
	if (!e)
		x->reply.status = 204;
	return e;
}

static const struct {
	struct str method;
	enum oauth_error (*run)(struct exchange *x,
				struct registration_request *r);
} methods[] = {
	{ STR_INIT("GET"), read_back },
	{ STR_INIT("PUT"), replace },
	{ STR_INIT("DELETE"), delete },
};

/* What stands behind the last slash; false where no client has such an id. */
static bool client_id_of(struct str path, struct str *out)
{
	struct str id = STR_NONE;

	while (path.ptr)
		id = str_cut(&path, '/');
	for (size_t i = 0; i < id.len; i++) {
		if (id.ptr[i] < 0x21 || id.ptr[i] > 0x7e)
			return false;
	}
	*out = id;
	return id.len > 0 && id.len <= 120;
}

static enum oauth_error manage(struct exchange *x)
{
	struct registration_request r = { .in = {
		.address = x->request->remote_addr,
		.token_hash = &r.token_hash,
	} };

	if (!client_id_of(x->request->path, &r.in.client_id) ||
	    !read_token(x, CREDENTIAL_REGISTRATION, &r.access_token,
			&r.token_hash))
		return unauthorized(x);
	x->client_id = r.in.client_id;
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		if (str_eq(x->request->method, methods[i].method))
			return methods[i].run(x, &r);
	}
	return OAUTH_OK;
}

void client_configuration_endpoint(struct exchange *x)
{
	if (manage(x))
		reply_failure(x);
}
