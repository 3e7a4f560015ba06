/* visitor.c - who is at the browser that a request comes from. */
#include "endpoint/visitor.h"

#include "base/base64.h"
#include "http/cookie.h"

struct str session_cookie_name(bool secure)
{
	return secure ? STR("__Host-postern_session") : STR("postern_session");
}

bool session_cookie_hash(const struct exchange *x, bool secure,
			 struct hash *out)
{
	struct str value = cookie_get(x->request->cookie,
				      session_cookie_name(secure));
	struct credential c;

	if (!base64url_decode(value, c.bytes, sizeof(c.bytes)))
		return false;
	*out = credential_hash(&c);
	return true;
}

/*
 * Before the settings are known both names of the cookie are possible; under an
 * https issuer only the __Host- one counts, for a sibling domain can not set
 * that (RFC 6265bis section 4.1.3.2).
 */
void visitor_ask(struct exchange *x, struct db_work *w, struct str client_id,
		 struct visitor_lookup *out)
{
	struct str whose = client_id.ptr ? client_id : STR("");

	*out = (struct visitor_lookup){
		.setting = db_add(w, x->arena, QUERY_SETTING_LOAD, NULL, 0),
	};
	if (session_cookie_hash(x, true, &out->secure_hash))
		out->secure = session_load_ask(w, x->arena, &out->secure_hash,
					       whose);
	else if (session_cookie_hash(x, false, &out->plain_hash))
		out->plain = session_load_ask(w, x->arena, &out->plain_hash,
					      whose);
}

void visitor_read(const struct visitor_lookup *in, struct visitor *out)
{
	struct str issuer = db_text(in->setting, 0, 0);
	const bool secure = str_starts(issuer, STR("https:"));
	const struct db_call *session = secure ? in->secure : in->plain;

	*out = (struct visitor){
		.issuer = issuer,
		.secure = secure,
		.session_lifetime = db_number(in->setting, 0, 1),
		.account_creation = db_bool(in->setting, 0, 2),
		.cookie_hash = secure ? in->secure_hash : in->plain_hash,
	};
	out->signed_in = session && session_load_read(session, &out->session);
}

bool visitor_sign_out(struct exchange *x, const struct visitor *v)
{
	struct db_work w = { .count = 0 };

	session_end_ask(&w, x->arena, &v->cookie_hash);
	if (oauth_db(x, DB_WRITE, &w))
		return false;
	x->poke = true;		/* clients are to hear of it */
	reply_cookie(&x->reply, session_cookie_name(v->secure), STR(""), 0,
		     v->secure);
	return true;
}
