/*
 * config.c - POSTERN_CONFIG, and the same bytes as the file of the server's
 * key.
 */
#include "app/config.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/hex.h"
#include "fuzz.h"

/* In memory: a disk would be asked for each input. */
static char path[] = "/dev/shm/postern-fuzz.XXXXXX";

static void forget_file(void)
{
	unlink(path);
}

/* One file for all inputs, of nobody else's. */
static int open_file(void)
{
	static int fd = -1;

	if (fd >= 0)
		return fd;
	fd = mkstemp(path);
	if (fd < 0 || atexit(forget_file) != 0)
		abort();
	setenv("POSTERN_CONFIG", path, 1);
	unsetenv("POSTERN_DATABASE");
	unsetenv("POSTERN_KEY_FILE");
	unsetenv("POSTERN_CONNECTIONS");
	unsetenv("POSTERN_READ_LANES");
	return fd;
}

static void check_config(const struct config *c)
{
	assert(c->connections >= 1 &&
	       c->connections <= CONFIG_CONNECTIONS_MAX);
	assert(c->read_lanes >= 1 && c->read_lanes <= 8);
	assert(c->database.len > 0);
	assert(!str_has(c->database, '\n') && !str_has(c->key_file, '\n'));
}

static void check_key(struct str text, const struct hash *key)
{
	assert(hex_is(str_cut(&text, '\n'), hash_str(key)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct str text = fuzz_str(data, size);
	struct arena *a = fuzz_arena();
	const int fd = open_file();
	struct config c = { .key_file = str_of(path) };
	struct hash key;

	if (ftruncate(fd, 0) < 0 ||
	    pwrite(fd, text.ptr, size, 0) != (ssize_t)size)
		return 0;
	if (config_read_key(&c, STR("fuzz"), &key))
		check_key(text, &key);
	if (config_read(&c, a, STR("fuzz")))
		check_config(&c);
	return 0;
}
