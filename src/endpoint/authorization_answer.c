/*
 * authorization_answer.c - what the client is told, and how: response_mode
 * (OAuth 2.0 Multiple Response Type Encoding Practices, OAuth 2.0 Form Post
 * Response Mode, JWT Secured Authorization Response Mode).
 */
#include "endpoint/authorization.h"

#include <assert.h>

#include "base/json.h"
#include "endpoint/view.h"
#include "http/url.h"
#include "oauth/signing.h"
#include "page/form_post.h"

/* JARM section 2.1: "A maximum JWT lifetime of 10 minutes is RECOMMENDED." */
#define ANSWER_SECONDS 300

void answer_add(struct answer *to, struct str name, struct str value)
{
	if (!value.ptr)
		return;
	assert(to->count < ANSWER_FIELDS);
	to->fields[to->count++] = (struct field){ name, value };
}

static struct str as_form(struct arena *a, const struct answer *answer)
{
	struct buf b;

	buf_init(&b, a);
	for (size_t i = 0; i < answer->count; i++)
		form_add(&b, answer->fields[i].name, answer->fields[i].value);
	return buf_str(&b);
}

static void send_to(struct exchange *x, const struct authorization *z,
		    enum response_place place, const struct answer *answer)
{
	struct page_view v = view_of(x);
	struct buf to;

	switch (place) {
	case PLACE_FORM_POST:
		page_form_post(&v, z->redirect_uri, answer->fields,
			       answer->count);
		return;
	case PLACE_QUERY:
		reply_redirect(&x->reply,
			       url_with_query(x->arena, z->redirect_uri,
					      as_form(x->arena, answer)));
		return;
	case PLACE_FRAGMENT:
		break;
	}
	buf_init(&to, x->arena);
	buf_add(&to, z->redirect_uri);
	buf_char(&to, '#');
	buf_add(&to, as_form(x->arena, answer));
	reply_redirect(&x->reply, buf_str(&to));
}

/* JARM section 2.1: all of it as claims. */
static enum oauth_error sign(struct exchange *x, const struct authorization *z,
			     const struct answer *answer, struct str *out)
{
	const struct sealed_key key = sealed_key_read(z->answer_key, 0);
	struct signer signer;
	struct buf b;
	enum oauth_error e = signer_open(x, &key, z->client.client_id,
					 STR("authorization"), &signer);

	if (e)
		return e;
	buf_init(&b, x->arena);
	json_object(&b, STR_NONE);
	json_string(&b, STR("aud"), z->client.client_id);
	json_number(&b, STR("exp"), z->client.now + ANSWER_SECONDS);
	for (size_t i = 0; i < answer->count; i++)
		json_string(&b, answer->fields[i].name,
			    answer->fields[i].value);
	json_object_end(&b);
	*out = signer_sign(x, &signer, STR("JWT"), buf_str(&b));
	return OAUTH_OK;
}

void authorization_answer(struct exchange *x, const struct authorization *z,
			  struct answer *answer)
{
	const struct response_mode mode = response_mode_of(
		z->in.response_type, z->in.response_mode);
	struct answer signed_one = { .count = 0 };
	struct str jwt;

	answer_add(answer, STR("state"), z->in.state);
	/* RFC 9207 section 2: on every answer, errors too. */
	answer_add(answer, STR("iss"), z->issuer);
	if (!mode.jwt) {
		send_to(x, z, mode.place, answer);
		return;
	}
	if (sign(x, z, answer, &jwt)) {
		authorization_error_page(x, PAGE_TRY_LATER);
		return;
	}
	answer_add(&signed_one, STR("response"), jwt);
	send_to(x, z, mode.place, &signed_one);
}

void authorization_fail(struct exchange *x, const struct authorization *z)
{
	struct answer answer = { .count = 0 };

	if (oauth_error_status(x->error) >= 500) {
		authorization_error_page(x, PAGE_TRY_LATER);
		return;
	}
	answer_add(&answer, STR("error"), oauth_error_code(x->error));
	if (x->description.len > 0)
		answer_add(&answer, STR("error_description"), x->description);
	authorization_answer(x, z, &answer);
}
