/* config.c - what a program must be told to reach the database. */
#include "app/config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/hex.h"
#include "base/log.h"

#define FILE_MAX 65536

static const struct {
	const char *name;
	size_t offset;
} texts[] = {
	{ "POSTERN_DATABASE", offsetof(struct config, database) },
	{ "POSTERN_KEY_FILE", offsetof(struct config, key_file) },
};

static const struct {
	const char *name;
	size_t offset;
	long long least, most, normal;
} numbers[] = {
	{ "POSTERN_CONNECTIONS", offsetof(struct config, connections),
	  1, CONFIG_CONNECTIONS_MAX, 512 },
	{ "POSTERN_READ_LANES", offsetof(struct config, read_lanes),
	  1, 8, 2 },
};

/*
 * A regular file, whole.  Not a link, a pipe or a directory, and not over
 * FILE_MAX.  mode_not: permission bits that it must not have.
 */
static bool read_file(struct arena *a, struct str path, mode_t mode_not,
		      struct str *out, const char **why)
{
	int fd = open(str_cstr(a, path),
		      O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	char *text;
	ssize_t n;

	if (fd < 0) {
		*why = strerror(errno);
		return false;
	}
	*why = NULL;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		*why = "not a regular file";
	else if (st.st_mode & mode_not)
		*why = "others may read or write it";
	else if (st.st_size > FILE_MAX)
		*why = "too large";
	if (*why) {
		close(fd);
		return false;
	}
	text = arena_alloc(a, FILE_MAX + 1);
	n = read(fd, text, FILE_MAX);
	if (n < 0)
		*why = strerror(errno);
	close(fd);
	*out = (struct str){ text, n > 0 ? (size_t)n : 0 };
	return n >= 0;
}

/* The value of name in NAME=value lines; '#' begins a comment. */
static struct str value_in(struct str text, struct str name)
{
	while (text.ptr) {
		struct str value = str_cut(&text, '\n');

		if (!str_eq(str_cut(&value, '='), name))
			continue;
		if (str_ends(value, STR("\r")))	/* edited elsewhere */
			value.len--;
		return value;
	}
	return STR_NONE;
}

static struct str value_of(struct arena *a, struct str file, const char *name)
{
	const char *set = getenv(name);

	if (set && *set)
		return str_dup(a, str_of(set));
	return value_in(file, str_of(name));
}

bool config_read(struct config *c, struct arena *a, struct str program)
{
	const char *path = getenv("POSTERN_CONFIG"), *why;
	struct str file = STR_NONE;

	if (path && *path &&
	    !read_file(a, str_of(path), S_IWGRP | S_IWOTH, &file, &why)) {
		log_event(program, "POSTERN_CONFIG: %s", why);
		return false;
	}
	*c = (struct config){ .database = { NULL, 0 } };
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		*(struct str *)(void *)((char *)c + texts[i].offset) =
			value_of(a, file, texts[i].name);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct str v = value_of(a, file, numbers[i].name);
		long long n = numbers[i].normal;

		if ((v.len > 0 && !str_number(v, &n)) ||
		    n < numbers[i].least || n > numbers[i].most) {
			log_event(program, "%s is not a number from %lld "
				  "to %lld", numbers[i].name,
				  numbers[i].least, numbers[i].most);
			return false;
		}
		*(long long *)(void *)((char *)c + numbers[i].offset) = n;
	}
	if (c->database.len == 0) {
		log_event(program, "POSTERN_DATABASE is not set");
		return false;
	}
	return true;
}

bool config_read_key(const struct config *c, struct str program,
		     struct hash *out)
{
	/* Of its own, which wipes the text at once. */
	struct arena *a = arena_new((size_t)1 << 18);
	const char *why = "not set";
	struct str text;
	bool ok = c->key_file.len > 0 &&
		  read_file(a, c->key_file, S_IWGRP | S_IXGRP | S_IRWXO, &text,
			    &why);

	if (ok) {
		ok = hex_decode(str_cut(&text, '\n'), out->bytes, HASH_LEN);
		why = "not 64 hexadecimal digits (postern make-key)";
	}
	if (!ok)
		log_event(program, "POSTERN_KEY_FILE: %s", why);
	arena_free(a);
	return ok;
}
