/* scope.c - the scopes there are. */
#include "store/scope.h"

#include "base/buf.h"

struct db_call *scope_load_ask(struct db_work *w, struct arena *a,
			       struct str words)
{
	const struct db_param params[] = {
		DB_TEXT(words.ptr ? words : STR("")),
	};

	return db_add(w, a, QUERY_SCOPE_LOAD, params, 1);
}

struct scope_row scope_load_row(const struct db_call *call, size_t row)
{
	return (struct scope_row){
		.name = db_text(call, row, 0),
		.description = db_text(call, row, 1),
		.is_default = db_bool(call, row, 2),
	};
}

struct str scope_load_defaults(const struct db_call *call, struct arena *a,
			       struct str allowed)
{
	struct buf words;

	buf_init(&words, a);
	for (size_t i = 0; i < db_rows(call); i++) {
		struct scope_row s = scope_load_row(call, i);

		if (!s.is_default || !str_list_has(allowed, s.name))
			continue;
		if (words.len > 0)
			buf_char(&words, ' ');
		buf_add(&words, s.name);
	}
	return buf_str(&words);
}
