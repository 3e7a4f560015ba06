/* stub_password.c - Argon2id without its 64 MiB: the string that is stored ends
 * with the password. */
#include "crypto/password.h"

#include "base/buf.h"

static bool is_password(struct str s)
{
	return s.len > 0 && s.len <= PASSWORD_MAX && !str_has(s, '\0');
}

struct str password_hash(struct arena *a, struct secret password)
{
	struct buf b;

	if (!is_password(password.bytes))
		return STR_NONE;
	buf_init(&b, a);
	buf_add(&b, STR("$argon2id$"));
	buf_add(&b, password.bytes);
	return buf_str(&b);
}

bool password_verify(struct arena *a, struct secret password,
		     struct str stored)
{
	return is_password(password.bytes) && stored.ptr &&
	       str_eq(password_hash(a, password), stored);
}
