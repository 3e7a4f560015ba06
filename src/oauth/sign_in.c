/* sign_in.c - is it them?  A username and a password. */
#include "oauth/sign_in.h"

#include <arpa/inet.h>

#include "crypto/password.h"

/* An IPv6 host has a whole /64 to choose from; IPv4, and what is no address,
 * count as they are.  All of IPv4 is in one /64, too, mapped, as a web server
 * whose socket takes both families has it (RFC 4291 section 2.5.5.2). */
struct hash sign_in_address(const struct exchange *x)
{
	struct str address = x->request->remote_addr;
	char four[INET_ADDRSTRLEN];
	struct in6_addr six;

	if (!address.ptr ||
	    inet_pton(AF_INET6, str_cstr(x->arena, address), &six) != 1)
		return hash_sha256(address.ptr ? address : STR("unknown"));
	if (IN6_IS_ADDR_V4MAPPED(&six))
		return hash_sha256(str_of(inet_ntop(AF_INET, &six.s6_addr[12],
						    four, sizeof(four))));
	return hash_sha256((struct str){ (const char *)&six, 8 });
}

enum sign_in sign_in_try(struct exchange *x, struct str username,
			 struct secret password, struct attempt *attempt,
			 struct candidate *who)
{
	struct db_work w = { .count = 0 };
	struct db_call *call;

	*attempt = (struct attempt){
		.username = username,
		.address = sign_in_address(x),
	};
	call = sign_in_begin_ask(&w, x->arena, attempt);
	if (oauth_db(x, DB_WRITE, &w)) {
		/* 42501, insufficient_privilege: sql/roles.sql. */
		return str_eq(str_of(call->sqlstate), STR("42501"))
			? SIGN_IN_NOT_ALLOWED : SIGN_IN_FAILED;
	}
	sign_in_begin_read(call, who);
	if (!who->allowed)
		return SIGN_IN_THROTTLED;
	if (!password_verify(x->arena, password, who->password_hash))
		return SIGN_IN_WRONG;
	return who->disabled ? SIGN_IN_WRONG : SIGN_IN_OK;
}
