/* credentials.c - the value of an Authorization field, taken apart. */
#include "http/credentials.h"

struct str credentials_scheme(struct str *rest)
{
	struct str scheme = str_cut(rest, ' ');

	/* credentials = auth-scheme [ 1*SP ( token68 / ... ) ] */
	while (str_starts(*rest, STR(" ")))
		*rest = str_skip(*rest, 1);
	return scheme;
}
