/* stub_world.c - what is outside of a request.  See world.h. */
#include "world.h"

#include "base/base64.h"
#include "base/utf8.h"
#include "crypto/seal.h"
#include "fuzz.h"
#include "http/url.h"

#define KID "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
#define CLIENT_ID "s6BhdRkqt3"

/* RFC 8037 appendix A.1, and another. */
#define SERVER_KEY(private) \
	"{\"kty\":\"OKP\",\"crv\":\"Ed25519\"," private \
	"\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"," \
	"\"kid\":\"" KID "\"}"
#define SERVER_D "\"d\":\"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A\","
#define CLIENT_KEY(private) \
	"{\"kty\":\"OKP\",\"crv\":\"Ed25519\"," private \
	"\"x\":\"PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw\"," \
	"\"kid\":\"client\"}"
#define CLIENT_D "\"d\":\"TM0Imyj_ltqdtsNG7BFOD1uKMZ81q6Yk2oz27U-4pvs\","

struct world world;

/* What a column gives; with a statement before it, that one's. */
static const struct {
	const char *column, *value;
} defaults[] = {
	{ "?column?", "t" },
	{ "access_introspect.array_to_string", "api" },
	{ "access_introspect.floor", "1700000000" },
	{ "access_token_audience", "https://api.example" },
	{ "access_token_lifetime", "3600" },
	{ "acr", "urn:example:password" },
	{ "age", "60" },
	{ "alg", "EdDSA" },
	{ "allowed", "t" },
	{ "account_creation", "t" },
	{ "amr", "pwd" },
	{ "array_to_string", "127.0.0.0/8" },
	{ "asked_from", "192.0.2.1" },
	{ "auth_time", "1699999940" },
	{ "auth_time_us", "1699999940000000" },
	{ "authorization_id", "7" },
	{ "claims", "{\"name\":\"Alice\",\"email\":\"a@login.example\"}" },
	{ "client_id", CLIENT_ID },
	{ "client_load.now", "1700000000000000" },
	{ "client_load.jwks", "{\"keys\":[" CLIENT_KEY("") "]}" },
	{ "client_load.body", NULL },
	{ "client_load.private_jwk", NULL },
	{ "client_name", "Calendar" },
	{ "client_secret_sealed", NULL },
	{ "client_show.now", "1700000000000000" },
	{ "client_show.jwks", "{\"keys\":[" CLIENT_KEY("") "]}" },
	{ "client_show.private_jwk", NULL },
	{ "client_uri", "https://client.example/" },
	{ "consented", "openid profile email api" },
	{ "decided", "t" },
	{ "default_max_age", NULL },
	{ "description", "Your name" },
	{ "disabled", "f" },
	{ "error", NULL },
	{ "expires_in", "90" },
	{ "extract", "3600" },
	{ "failed", "f" },
	{ "failures", "1" },
	{ "fapi2", "f" },
	{ "floor", "1700003600" },
	{ "frontchannel_logout_uri", "https://client.example/out" },
	{ "grant_types", "authorization_code refresh_token "
	  "client_credentials password implicit "
	  "urn:ietf:params:oauth:grant-type:device_code "
	  "urn:ietf:params:oauth:grant-type:jwt-bearer" },
	{ "has_new_secret", "t" },
	{ "id_token_lifetime", "300" },
	{ "interval", "5" },
	{ "is_default", "f" },
	{ "is_fresh", "t" },
	{ "is_pending", "f" },
	{ "is_pushed", "t" },
	{ "is_signed", "f" },
	{ "issuer", WORLD_ISSUER },
	{ "jwks", "{\"keys\":[" CLIENT_KEY("") "]}" },
	{ "jwt_access_token", "f" },
	{ "kid", KID },
	{ "logo_uri", "https://client.example/logo.png" },
	{ "max", "7" },
	{ "may_register", "t" },
	{ "metadata", "{\"client_id\":\"" CLIENT_ID "\",\"redirect_uris\":"
	  "[\"https://client.example/cb\"]}" },
	{ "more_claims", "{}" },
	{ "networks", "127.0.0.0/8" },
	{ "nonce", "n-0S6_WzA2Mj" },
	{ "now", "1700000000" },
	{ "now_us", "1700000000000000" },
	{ "parameters", "client_id=" CLIENT_ID "&response_type=code&"
	  "redirect_uri=https%3A%2F%2Fclient.example%2Fcb&scope=openid&"
	  "state=xyz&code_challenge="
	  "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&"
	  "code_challenge_method=S256" },
	{ "password_grant", "t" },
	{ "password_hash", "$argon2id$" WORLD_PASSWORD },
	{ "policy_uri", "https://client.example/policy" },
	{ "post_logout_redirect_uris", "https://client.example/bye" },
	{ "public_jwk", SERVER_KEY("") },
	{ "redirect_uri", "https://client.example/cb" },
	{ "redirect_uri_given", "t" },
	{ "redirect_uris", "https://client.example/cb "
	  "http://127.0.0.1/cb com.example.app:/cb" },
	{ "refresh_load.scope", "openid profile" },
	{ "refresh_token_lifetime", "86400" },
	{ "registration", "t" },
	{ "request_object_signing_alg", "EdDSA" },
	{ "request_uris", "https://client.example/request" },
	{ "require_pkce", "t" },
	{ "require_pushed", "f" },
	{ "require_pushed_authorization_requests", "f" },
	{ "require_signed", "f" },
	{ "require_signed_request_object", "f" },
	{ "response_types", "code,token,id_token,id_token token,code id_token,"
	  "code token,code id_token token" },
	{ "rotate_refresh_tokens", "t" },
	{ "salt", "000102030405060708090a0b0c0d0e0f" },
	{ "scope", "openid profile email offline_access api" },
	{ "scope_load.name", "openid|profile|email|offline_access|api" },
	{ "scopes", "openid profile email" },
	{ "secret_expired", "f" },
	{ "session_lifetime", "1209600" },
	{ "sid", "sid-1" },
	{ "signed_in", "t" },
	{ "slot", "3" },
	{ "refresh_slot", "4" },
	{ "successor_slot", "5" },
	{ "started_at_us", "1700000000000000" },
	{ "state", "live" },
	{ "status", "ok" },
	{ "sub", "alice-1" },
	{ "subject", "alice-1" },
	{ "token_endpoint_auth_method", "client_secret_basic" },
	{ "too_soon", "f" },
	{ "tos_uri", "https://client.example/tos" },
	{ "trusted", "t" },
	{ "user_id", "1" },
	{ "username", "alice" },
	{ "userinfo_load.private_jwk", NULL },
	{ "access_jwt_load.private_jwk", NULL },
	{ "what", "nothing" },
	{ "without_consent", "f" },
	{ "code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM" },
};

static const struct {
	enum query query;
	size_t rows;
} row_counts[] = {
	{ QUERY_SCOPE_LOAD, 5 },
	{ QUERY_SESSION_FRONTCHANNEL_LOAD, 0 },
	{ QUERY_LOGOUT_CLAIM, 0 },
	/* To make a key takes long, and has a test of its own. */
	{ QUERY_KEY_DUE, 0 },
};

static const struct jwk *read_key(struct arena *a, const char *text)
{
	const struct jwk *k = jwk_parse(a, json_parse(a, str_of(text)));

	assert(k && jwk_is_private(k));
	return k;
}

/* As key_rotation.c seals it. */
static struct str sealed_key(void)
{
	static struct str text;
	struct str sealed;

	if (!text.ptr) {
		static struct arena *a;

		a = arena_new(1 << 16);
		sealed = seal(a, &world.key, STR("signing_key " KID),
			      STR(SERVER_KEY(SERVER_D)));
		text = base64url_encode(a, sealed.ptr, sealed.len);
	}
	return text;
}

static struct str sha256_verifier(void)
{
	return secret_fast_verifier(world.arena,
				    (struct secret){ STR(WORLD_SECRET) });
}

void world_begin(struct arena *a, struct str script)
{
	static struct arena *kept;
	static const struct jwk *server, *client;

	if (!kept) {
		kept = arena_new(1 << 20);
		server = read_key(kept, SERVER_KEY(SERVER_D));
		client = read_key(kept, CLIENT_KEY(CLIENT_D));
	}
	world = (struct world){
		.arena = a, .script = script,
		.key = { "0123456789abcdef0123456789abcde" },
		.server_key = server, .client_key = client,
	};
}

bool world_said(struct str name, char sign, struct str *out)
{
	struct str rest = world.script;
	bool found = false;

	while (rest.ptr) {
		struct str line = str_cut(&rest, '\n');
		struct str after = str_skip(line, name.len + 1);

		if (!str_starts(line, name))
			continue;
		if (line.len == name.len && name.len > 0)
			*out = STR_NONE;
		else if (line.len > name.len && line.ptr[name.len] == sign)
			*out = after;
		else
			continue;
		found = true;
	}
	return found;
}

size_t world_rows(const struct db_call *call)
{
	/* The two that say by a row that a secret of ours is the client's. */
	const int secret = call->query == QUERY_CLIENT_CHECK ? 1
		: call->query == QUERY_CLIENT_TOKEN_ISSUE ? 2 : -1;

	if (secret >= 0)
		return str_eq(call->params[secret].value, sha256_verifier());
	for (size_t i = 0; i < COUNT(row_counts); i++) {
		if (row_counts[i].query == call->query)
			return row_counts[i].rows;
	}
	return 1;
}

/* What the schema's constraints say of some columns. */
static bool is_all(struct str s, char from, char to, const char *not)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] < from || s.ptr[i] > to ||
		    str_has(str_of(not), s.ptr[i]))
			return false;
	}
	return true;
}

static bool are_uris(struct str s)
{
	struct str uri;
	struct url u;

	while ((uri = str_word(&s)).ptr) {
		if (!url_parse(uri, &u) || u.scheme.len == 0)
			return false;
		/* What oauth.redirect_uri_fault() says of the scheme. */
		if (!str_eq(u.scheme, STR("https")) && !url_is_loopback(&u) &&
		    !str_has(u.scheme, '.'))
			return false;
	}
	return true;
}

static bool is_slot(struct str s)
{
	return s.len == 1 && s.ptr[0] >= '0' && s.ptr[0] <= '9';
}

static bool is_issuer(struct str s)
{
	struct url u;

	return url_parse(s, &u) && !u.query.ptr && !str_ends(s, STR("/")) &&
	       (str_eq(u.scheme, STR("https")) || url_is_loopback(&u));
}

static bool fits_column(struct str column, struct str v)
{
	static const struct str uris = STR_INIT(
		"redirect_uri redirect_uris post_logout_redirect_uris "
		"frontchannel_logout_uri request_uris");
	static const struct str words = STR_INIT(
		"scope scopes consented name grant_types sid sub subject kid "
		"client_id alg token_endpoint_auth_method");
	static const struct str slots = STR_INIT(
		"slot refresh_slot successor_slot");

	if (str_list_has(slots, column))
		return is_slot(v);
	if (str_eq(column, STR("issuer")))
		return is_issuer(v);
	if (str_eq(column, STR("status")))
		return str_list_has(STR("ok off unauthorized forbidden "
					"limited invalid"), v);
	if (str_list_has(uris, column))
		return are_uris(v);
	if (str_list_has(words, column))
		return is_all(v, ' ', '~', "\"\\");
	return true;
}

static bool fits_type(struct str type, struct str v)
{
	long long n;

	if (str_eq(type, STR("boolean")))
		return str_eq(v, STR("t")) || str_eq(v, STR("f"));
	if (str_eq(type, STR("jsonb")))
		return json_is_object(json_parse(world.arena, v));
	if (str_eq(type, STR("bytea")))
		return false;
	if (!str_eq(type, STR("text")))
		return str_number(v, &n);
	return utf8_valid(v) && !str_has(v, '\0');
}

static struct str default_of(struct str statement, struct str column)
{
	struct str of_column = STR_NONE;

	if (str_eq(column, STR("client_secret_verifier")))
		return sha256_verifier();
	for (size_t i = 0; i < COUNT(defaults); i++) {
		struct str name = str_of(defaults[i].column);
		struct str before = str_cut(&name, '.');

		if (str_eq(name, column) && str_eq(before, statement))
			return str_of(defaults[i].value);
		if (!name.ptr && str_eq(before, column))
			of_column = str_of(defaults[i].value);
	}
	if (!of_column.ptr && str_eq(column, STR("private_jwk")))
		return sealed_key();
	return of_column;
}

/* The row's own, where there are several: "a|b|c". */
static struct str part_of(struct str v, size_t row)
{
	struct str part = STR_NONE;

	if (!str_has(v, '|'))
		return v;
	for (size_t i = 0; i <= row; i++)
		part = str_cut(&v, '|');
	return part;
}

struct str world_statement(enum query query)
{
	struct str name = query_name(query);

	if (name.len > 2 && name.ptr[name.len - 2] == '_' &&
	    name.ptr[name.len - 1] >= '0' && name.ptr[name.len - 1] <= '9')
		name.len -= 2;
	return name;
}

struct str world_value(enum query query, struct str column, struct str type,
		       size_t row)
{
	struct str v, said;

	v = default_of(world_statement(query), column);
	/* A private key that is not the server's is nobody's; one that another
	 * is fetching would have to be waited for. */
	if (!world_said(column, '=', &said) ||
	    str_eq(column, STR("is_pending")) ||
	    (str_eq(column, STR("private_jwk")) && said.ptr && said.len > 0))
		return part_of(v, row);
	/* "private_jwk=" is the one that there is. */
	if (str_eq(column, STR("private_jwk")) && said.ptr)
		return sealed_key();
	if (said.ptr && (!fits_type(type, said) || !fits_column(column, said)))
		return part_of(v, row);
	/* Whoever has a row has these. */
	if (!said.ptr && str_list_has(STR("status issuer slot now metadata"),
				      column))
		return part_of(v, row);
	return part_of(said, row);
}

bool world_has_stored(struct str value)
{
	for (size_t i = 0; i < world.stored_count; i++) {
		if (str_eq(world.stored[i], value))
			return true;
	}
	return false;
}
