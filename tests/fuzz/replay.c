/*
 * replay.c - a target's corpus, without libFuzzer: replay [FILE...]
 *
 * One "ok" a file of tests/fuzz/corpus/NAME, NAME being the program's.  A
 * property that does not hold ends the program, and the last line says where.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "../unit/tap.h"
#include "fuzz.h"

#define FILE_MAX ((size_t)1 << 20)

static int is_file(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

/* In memory of just its size, as libFuzzer does it. */
static void replay(const char *path)
{
	uint8_t *data = malloc(FILE_MAX), *exact;
	FILE *f = fopen(path, "rb");
	size_t n;

	printf("# %s\n", path);
	fflush(stdout);
	if (!f || !data) {
		ok(false, "%s can be read", path);
		free(data);
		return;
	}
	n = fread(data, 1, FILE_MAX, f);
	fclose(f);
	exact = realloc(data, n > 0 ? n : 1);
	if (exact) {
		ok(LLVMFuzzerTestOneInput(exact, n) == 0, "%s", path);
		free(exact);
	} else {
		free(data);
	}
}

static void replay_folder(const char *path)
{
	struct dirent **names;
	int n = scandir(path, &names, is_file, alphasort);

	for (int i = 0; i < n; i++) {
		char file[1024];

		(void)snprintf(file, sizeof(file), "%s/%s", path,
			       names[i]->d_name);
		replay(file);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
}

int main(int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/');
	char folder[512];

	for (int i = 1; i < argc; i++)
		replay(argv[i]);
	(void)snprintf(folder, sizeof(folder), "tests/fuzz/corpus/%s",
		       slash ? slash + 1 : argv[0]);
	if (argc < 2)
		replay_folder(folder);
	return done_testing();
}
