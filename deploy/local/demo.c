/*
 * demo.c - an application that lets people sign in with Postern, as CGI.
 *
 * The client's side of the authorization code grant (RFC 6749 section 4.1) with
 * PKCE (RFC 7636), as short as it can be and still be right: what it must
 * remember between its redirect and the answer is in a cookie of the browser
 * that asked, and the answer is only believed by that browser (state) and from
 * this server (iss, RFC 9207).  Who signed in it reads from the ID token, which
 * it believes because it came from the server itself (OpenID Connect Core
 * section 3.1.3.7, point 6).
 *
 *	/demo/		says what this is
 *	/demo/start	to the authorization endpoint
 *	/demo/callback	what came of it
 *
 * An application of your own would use an OAuth library for most of this, and
 * would not show its tokens to anybody.
 */
#include <curl/curl.h>
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/base64.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "http/cookie.h"
#include "http/form.h"

#define BODY_MAX 65536	/* of an answer of the server's */
#define NONCE_LEN 32	/* bytes; state, code_verifier, and the CSP's nonce */
#define SET_COOKIE "Set-Cookie: postern_demo=%.*s; Max-Age=%d; " \
	"Path=/demo/; HttpOnly; SameSite=Lax\r\n"

struct demo {
	struct arena *arena;
	struct str url, client_id, client_secret, redirect_uri;
	struct buf page;
};

/* What the server said: status 0 where it could not be asked. */
struct reply {
	long status;
	struct buf body;
	const char *fault;
};

static const char style[] =
	":root{color-scheme:light dark;--ground:#f3f4f6;--sheet:#fff;"
	"--text:#1b1f24;--soft:#59616c;--line:#dfe2e6;--accent:#2355c4;"
	"--on:#fff;--fault:#a01b1b;--faint:#fdeeee}"
	"@media(prefers-color-scheme:dark){:root{--ground:#111316;"
	"--sheet:#1a1d21;--text:#eceef1;--soft:#a5adb8;--line:#30353c;"
	"--accent:#8ab0ff;--on:#0d1526;--fault:#ffb3b3;--faint:#37191c}}"
	"*{box-sizing:border-box}"
	"body{margin:0;padding:1rem;min-height:100vh;display:grid;"
	"font:1rem/1.5 system-ui,sans-serif;color:var(--text);"
	"background:var(--ground)}"
	"main{width:100%;max-width:44rem;margin:auto;padding:2rem;"
	"background:var(--sheet);border:1px solid var(--line);"
	"border-radius:1rem}"
	"h1{margin:0;font-size:1.5rem;line-height:1.25}"
	"h2{margin:1.75rem 0 0;font-size:1rem}"
	"p{margin:.5rem 0 0}"
	".soft{font-size:.875rem;color:var(--soft)}"
	".go{display:inline-block;margin-top:1.75rem;padding:.625rem 1.25rem;"
	"border-radius:.5rem;font-weight:600;text-decoration:none;"
	"color:var(--on);background:var(--accent)}"
	".go:hover{filter:brightness(.92)}"
	":focus-visible{outline:3px solid var(--accent);outline-offset:2px}"
	"[role=alert]{margin:1.25rem 0 0;padding:.75rem 1rem;"
	"border-radius:.5rem;border-inline-start:4px solid;"
	"color:var(--fault);background:var(--faint);overflow-wrap:anywhere}"
	"pre,code{font:.875rem/1.6 ui-monospace,monospace}"
	"pre{margin:.5rem 0 0;padding:.75rem 1rem;tab-size:4;"
	"white-space:pre-wrap;overflow-wrap:anywhere;border-radius:.5rem;"
	"border:1px solid var(--line);background:var(--ground)}";

/* -- pages */

static void html(struct demo *d, const char *markup)
{
	buf_add(&d->page, str_of(markup));
}

static void text(struct demo *d, struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		switch (s.ptr[i]) {
		case '&': html(d, "&amp;"); break;
		case '<': html(d, "&lt;"); break;
		case '>': html(d, "&gt;"); break;
		case '"': html(d, "&quot;"); break;
		default: buf_char(&d->page, s.ptr[i]);
		}
	}
}

static void page_begin(struct demo *d, const char *title)
{
	html(d, "<h1>");
	text(d, str_of(title));
	html(d, "</h1>\n");
}

static void page_link(struct demo *d, const char *words)
{
	html(d, "<a class=\"go\" href=\"/demo/start\">");
	text(d, str_of(words));
	html(d, "</a>\n");
}

static struct str nonce(struct demo *d)
{
	unsigned char bytes[NONCE_LEN];

	random_bytes(bytes, sizeof(bytes));
	return base64url_encode(d->arena, bytes, sizeof(bytes));
}

/* The cookie has done its work with the answer, whatever that was. */
static void page_send(struct demo *d, int status, bool forget)
{
	struct str once = nonce(d);

	printf("Status: %d\r\nContent-Type: text/html; charset=utf-8\r\n"
	       "Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n"
	       "X-Content-Type-Options: nosniff\r\n"
	       "Content-Security-Policy: default-src 'none'; "
	       "style-src 'nonce-%.*s'; img-src data:; "
	       "base-uri 'none'; form-action 'none'; "
	       "frame-ancestors 'none'\r\n", status, STR_ARG(once));
	if (forget)
		printf(SET_COOKIE, 0, "", 0);
	printf("\r\n<!DOCTYPE html>\n<html lang=\"en\">\n"
	       "<meta charset=\"utf-8\">\n"
	       "<meta name=\"viewport\" content=\"width=device-width\">\n"
	       "<title>Demo application</title>\n"
	       "<link rel=\"icon\" href=\"data:,\">\n"
	       "<style nonce=\"%.*s\">%s</style>\n"
	       "<main>\n%.*s</main>\n",
	       STR_ARG(once), style, STR_ARG(buf_str(&d->page)));
}

static void fault_page(struct demo *d, int status, const char *what,
	struct str detail)
{
	page_begin(d, "You are not signed in");
	html(d, "<p role=\"alert\">");
	text(d, str_of(what));
	html(d, "</p>\n");
	if (detail.len) {
		html(d, "<pre>");
		text(d, detail);
		html(d, "</pre>\n");
	}
	page_link(d, "Try again");
	page_send(d, status, true);
}

/* -- asking the server */

static size_t keep(char *bytes, size_t size, size_t n, void *arg)
{
	struct reply *r = arg;

	if (size * n > BODY_MAX - r->body.len)
		return 0;
	buf_add(&r->body, (struct str){ bytes, size * n });
	return size * n;
}

static CURL *request(struct demo *d, struct reply *r, const char *path)
{
	struct buf url;
	CURL *c = curl_easy_init();

	if (!c)
		abort();
	buf_init(&url, d->arena);
	buf_add(&url, d->url);
	buf_add(&url, str_of(path));
	buf_init(&r->body, d->arena);
	curl_easy_setopt(c, CURLOPT_URL, buf_str(&url).ptr);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_TIMEOUT, 10L);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, keep);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, r);
	return c;
}

static void request_send(CURL *c, struct reply *r)
{
	CURLcode code = curl_easy_perform(c);

	r->status = 0;
	r->fault = NULL;
	if (code == CURLE_OK)
		curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &r->status);
	else
		r->fault = curl_easy_strerror(code);
	curl_easy_cleanup(c);
}

/* Encoded as a form before it is encoded as Basic: RFC 6749 section 2.3.1. */
static const char *credential(struct demo *d, struct str s)
{
	struct buf b;

	buf_init(&b, d->arena);
	form_add(&b, STR(""), s);
	return buf_str(&b).ptr + 1;
}

/* RFC 6749 section 4.1.3, RFC 7636 section 4.5. */
static void ask_token(struct demo *d, struct str code, struct str verifier,
	struct reply *r)
{
	struct buf body;
	CURL *c = request(d, r, "/oauth/token");

	buf_init(&body, d->arena);
	form_add(&body, STR("grant_type"), STR("authorization_code"));
	form_add(&body, STR("code"), code);
	form_add(&body, STR("redirect_uri"), d->redirect_uri);
	form_add(&body, STR("code_verifier"), verifier);
	curl_easy_setopt(c, CURLOPT_POSTFIELDS, buf_str(&body).ptr);
	curl_easy_setopt(c, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
	curl_easy_setopt(c, CURLOPT_USERNAME, credential(d, d->client_id));
	curl_easy_setopt(c, CURLOPT_PASSWORD,
			 credential(d, d->client_secret));
	request_send(c, r);
}

/* OpenID Connect Core section 5.3.1. */
static void ask_userinfo(struct demo *d, const char *access_token,
	struct reply *r)
{
	struct curl_slist *headers;
	struct buf line;
	CURL *c = request(d, r, "/oauth/userinfo");

	buf_init(&line, d->arena);
	buf_addf(&line, "Authorization: Bearer %s", access_token);
	headers = curl_slist_append(NULL, buf_str(&line).ptr);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	request_send(c, r);
	curl_slist_free_all(headers);
}

/* cJSON has a tab after each name.  Within a string it would be "\t". */
static void tabs_to_spaces(char *json)
{
	while ((json = strstr(json, ":\t")))
		*++json = ' ';
}

/* An answer as the page shows it: JSON pretty, all else as it stands. */
static void show(struct demo *d, const char *title, struct reply *r)
{
	cJSON *tree = cJSON_Parse(buf_str(&r->body).ptr);
	char *pretty = tree ? cJSON_Print(tree) : NULL;

	html(d, "<h2>");
	text(d, str_of(title));
	html(d, "</h2>\n<pre>");
	if (pretty) {
		tabs_to_spaces(pretty);
		text(d, str_of(pretty));
	} else {
		text(d, r->fault ? str_of(r->fault) : buf_str(&r->body));
	}
	html(d, "</pre>\n");
	cJSON_free(pretty);
	cJSON_Delete(tree);
}

/* A member of an answer, in the arena, or NULL. */
static const char *member(struct demo *d, struct reply *r, const char *name)
{
	cJSON *tree = cJSON_Parse(buf_str(&r->body).ptr);
	const char *value = cJSON_GetStringValue(
		cJSON_GetObjectItemCaseSensitive(tree, name));

	if (value)
		value = str_dup(d->arena, str_of(value)).ptr;
	cJSON_Delete(tree);
	return value;
}

/* The claims of an ID token, as text; absent where it is none. */
static struct str claims_of(struct demo *d, const char *id_token)
{
	struct str rest = str_of(id_token), claims;

	(void)str_cut(&rest, '.');
	return base64url_decode_all(d->arena, str_cut(&rest, '.'), &claims)
		       ? claims : STR_NONE;
}

/* Is it from whom we asked, for us, and of this sign-in? */
static bool is_ours(struct demo *d, struct reply *claims, struct str nonce)
{
	return str_eq(str_of(member(d, claims, "iss")), d->url) &&
	       str_eq(str_of(member(d, claims, "aud")), d->client_id) &&
	       str_eq(str_of(member(d, claims, "nonce")), nonce);
}

/* OpenID Connect RP-Initiated Logout section 2: there, and back here. */
static void page_sign_out(struct demo *d, const char *id_token)
{
	struct buf query, back;

	buf_init(&back, d->arena);
	buf_add(&back, d->url);
	buf_add(&back, STR("/demo/"));
	buf_init(&query, d->arena);
	form_add(&query, STR("id_token_hint"), str_of(id_token));
	form_add(&query, STR("post_logout_redirect_uri"), buf_str(&back));
	html(d, "<a class=\"go\" href=\"");
	text(d, d->url);
	html(d, "/oauth/logout?");
	text(d, buf_str(&query));
	html(d, "\">Sign out</a>\n");
}

/* -- the three addresses */

static void front(struct demo *d)
{
	page_begin(d, "Demo application");
	html(d, "<p>This stands for an application of yours: it has no "
	     "passwords, and asks Postern who you are. You sign in there, "
	     "agree to what it may see, and come back here, where it shows "
	     "what it was given.</p>\n");
	page_link(d, "Sign in with Postern");
	page_send(d, 200, false);
}

static void start(struct demo *d)
{
	struct str state = nonce(d), verifier = nonce(d), once = nonce(d);
	struct hash challenge = hash_sha256(verifier);
	struct buf query, cookie;

	buf_init(&cookie, d->arena);
	buf_addf(&cookie, "%.*s.%.*s.%.*s", STR_ARG(state), STR_ARG(verifier),
		 STR_ARG(once));
	buf_init(&query, d->arena);
	form_add(&query, STR("response_type"), STR("code"));
	form_add(&query, STR("client_id"), d->client_id);
	form_add(&query, STR("redirect_uri"), d->redirect_uri);
	form_add(&query, STR("scope"), STR("openid profile email"));
	form_add(&query, STR("state"), state);
	form_add(&query, STR("nonce"), once);
	form_add(&query, STR("code_challenge"),
		 base64url_encode(d->arena, challenge.bytes, HASH_LEN));
	form_add(&query, STR("code_challenge_method"), STR("S256"));
	printf("Status: 303\r\n" SET_COOKIE "Cache-Control: no-store\r\n"
	       "Location: %.*s/oauth/authorize?%.*s\r\n\r\n",
	       STR_ARG(buf_str(&cookie)), 600,
	       STR_ARG(d->url), STR_ARG(buf_str(&query)));
}

/* secrets: what the cookie had after state. */
static void finish(struct demo *d, struct str code, struct str secrets)
{
	struct str verifier = str_cut(&secrets, '.');
	struct reply token, me, claims = { .status = 200 };
	const char *access_token, *id_token;

	ask_token(d, code, verifier, &token);
	if (token.status != 200) {
		fault_page(d, 502, "Postern gave no token for the code.",
			   token.fault ? str_of(token.fault)
				       : buf_str(&token.body));
		return;
	}
	access_token = member(d, &token, "access_token");
	id_token = member(d, &token, "id_token");
	buf_init(&claims.body, d->arena);
	buf_add(&claims.body, claims_of(d, id_token));
	if (!access_token || !is_ours(d, &claims, secrets)) {
		fault_page(d, 502, "There are no tokens of this sign-in in the "
			   "answer.", STR_NONE);
		return;
	}
	ask_userinfo(d, access_token, &me);
	page_begin(d, "You are signed in");
	html(d, "<p>Your browser brought back a code, and the application "
	     "exchanged it for tokens, which you see only because this is a "
	     "demonstration.</p>\n");
	show(d, "What the ID token says", &claims);
	show(d, "The answer of /oauth/userinfo", &me);
	show(d, "The answer of /oauth/token", &token);
	page_sign_out(d, id_token);
	page_send(d, me.status == 200 ? 200 : 502, true);
}

/* What is wrong with the answer; NULL: it is ours and good. */
static const char *callback_fault(const struct demo *d, const struct form *f,
	struct str state)
{
	if (!state.len)
		return "This browser has not begun to sign in here, or has "
		       "finished already.";
	if (!secret_eq((struct secret){ form_get(f, STR("state")) },
		       (struct secret){ state }))
		return "This answer belongs to another sign-in.";
	if (!str_eq(form_get(f, STR("iss")), d->url))
		return "This answer is not from the server that was asked.";
	if (str_eq(form_get(f, STR("error")), STR("access_denied")))
		return "You did not agree, and that is fine: the application "
		       "was told so and nothing more.";
	if (form_get(f, STR("error")).ptr)
		return "Postern refused.";
	if (!form_get(f, STR("code")).ptr)
		return "There is no code in the answer.";
	return NULL;
}

static void callback(struct demo *d)
{
	struct str rest = cookie_get(str_of(getenv("HTTP_COOKIE")),
				     STR("postern_demo"));
	struct str state = str_cut(&rest, '.');
	struct form f;
	const char *fault;

	if (form_parse(d->arena, str_of(getenv("QUERY_STRING")), &f) !=
	    FORM_OK) {
		fault_page(d, 400, "This answer can not be read.", STR_NONE);
		return;
	}
	fault = callback_fault(d, &f, state);
	if (!fault) {
		finish(d, form_get(&f, STR("code")), rest);
		return;
	}
	fault_page(d, 400, fault,
		   form_get(&f, form_get(&f, STR("error_description")).ptr
				? STR("error_description") : STR("error")));
}

static struct str setting(const char *name)
{
	const char *value = getenv(name);

	if (!value) {
		fprintf(stderr, "demo: %s is not set\n", name);
		exit(1);
	}
	return str_of(value);
}

int main(void)
{
	struct demo d = {
		.url = setting("POSTERN_URL"),
		.client_id = setting("DEMO_CLIENT_ID"),
		.client_secret = setting("DEMO_CLIENT_SECRET"),
		.redirect_uri = setting("DEMO_REDIRECT_URI"),
	};
	struct str path = str_of(getenv("PATH_INFO"));

	crypto_init();
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return 1;
	d.arena = arena_new((size_t)1 << 21);
	buf_init(&d.page, d.arena);
	if (str_eq(path, STR("/start")))
		start(&d);
	else if (str_eq(path, STR("/callback")))
		callback(&d);
	else if (!path.len || str_eq(path, STR("/")))
		front(&d);
	else
		fault_page(&d, 404, "There is no such page.", STR_NONE);
	arena_free(d.arena);
	curl_global_cleanup();
	return 0;
}
