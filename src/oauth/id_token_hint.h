/*
 * id_token_hint.h - an ID token of ours that comes back: who the client thinks
 * is there (OpenID Connect Core section 3.1.2.1, RP-Initiated Logout section
 * 2).
 *
 * It proves nothing but that the client had it once, so that it may have
 * expired long ago; whoever takes it compares it with who is signed in.
 */
#ifndef OAUTH_ID_TOKEN_HINT_H
#define OAUTH_ID_TOKEN_HINT_H

#include "jose/jwt.h"
#include "oauth/exchange.h"

struct id_token_hint {
	struct str sub, sid;	/* sid: or absent */
	/* azp, or the only aud; absent where there are several and no azp. */
	struct str client_id;
	const struct json *claims;
};

/* The client_id that it is for, if it is what it says; or absent. */
struct str id_token_hint_whose(struct exchange *x, struct str text);

/*
 * Add what has to be known of the key to a submission.  NULL, and nothing
 * added, where text can be no ID token of ours: no JWS, encrypted, unsigned.
 */
struct db_call *id_token_hint_ask(struct exchange *x, struct db_work *w,
				  struct str text);

/*
 * False, with *out as it was and oauth_reason() told, where text is no ID token
 * of ours.  call: of id_token_hint_ask(), which may be NULL.
 */
bool id_token_hint_read(struct exchange *x, const struct db_call *call,
			struct str text, struct id_token_hint *out);

#endif
