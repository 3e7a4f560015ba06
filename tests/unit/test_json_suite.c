/*
 * test_json_suite.c - the files of JSONTestSuite (github.com/nst/JSONTestSuite,
 * test_parsing): y_ must be taken, n_ refused, i_ may be either.
 *
 * Looked for in $POSTERN_VECTORS, or beside the source tree.
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "tap.h"

#define FILES 318

/* RFC 8259 lets these pass; json.h does not, and says why. */
static const char *const refused[] = {
	"y_object_duplicated_key.json",
	"y_object_duplicated_key_and_value.json",
	"y_object_escaped_null_in_key.json",
	"y_string_null_escape.json",
};

static bool is_refused(const char *name)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		if (strcmp(name, refused[i]) == 0)
			return true;
	}
	return name[0] == 'n';
}

static bool read_file(struct arena *a, const char *folder, const char *name,
		      struct str *out)
{
	enum { ROOM = 1 << 20 };
	char *bytes = arena_alloc(a, ROOM);
	struct buf path;
	FILE *f;

	buf_init(&path, a);
	buf_addf(&path, "%s/%s", folder, name);
	f = fopen(buf_str(&path).ptr, "rb");
	if (!f)
		return false;
	*out = (struct str){ bytes, fread(bytes, 1, ROOM, f) };
	return fclose(f) == 0 && out->len < ROOM;
}

static void test_file(struct arena *a, const char *folder, const char *name)
{
	struct str text;
	bool taken;

	if (!read_file(a, folder, name, &text)) {
		ok(false, "can read %s", name);
		return;
	}
	taken = json_parse(a, text) != NULL;
	ok(name[0] == 'i' || taken != is_refused(name), "%s: %s", name,
	   taken ? "taken" : "refused");
}

int main(void)
{
	const char *vectors = getenv("POSTERN_VECTORS");
	struct arena *a = arena_new((size_t)1 << 24);
	struct dirent **names;
	struct buf folder;
	int n, tested = 0;

	buf_init(&folder, a);
	buf_addf(&folder, "%s/JSONTestSuite",
		 vectors ? vectors : "../shared/vectors");
	n = scandir(buf_str(&folder).ptr, &names, NULL, alphasort);
	if (n < 0) {
		skip("no JSONTestSuite here; POSTERN_VECTORS names its folder");
		arena_free(a);
		return done_testing();
	}
	for (int i = 0; i < n; i++) {
		struct arena *each = arena_new((size_t)1 << 24);

		if (str_ends(str_of(names[i]->d_name), STR(".json"))) {
			test_file(each, buf_str(&folder).ptr,
				  names[i]->d_name);
			tested++;
		}
		free(names[i]);
		arena_free(each);
	}
	free(names);
	ok(tested == FILES, "all %d files", FILES);
	arena_free(a);
	return done_testing();
}
