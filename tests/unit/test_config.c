/*
 * test_config.c - what a program is told: the environment, a file, the key.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/config.h"
#include "base/arena.h"
#include "base/buf.h"
#include "tap.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define PROGRAM STR("test")

static char directory[] = "/tmp/test_config.XXXXXX";

static struct str path_of(struct arena *a, const char *name)
{
	struct buf b;

	buf_init(&b, a);
	buf_addf(&b, "%s/%s", directory, name);
	return buf_str(&b);
}

/* A file of the scratch directory, with just these permission bits. */
static struct str write_file(struct arena *a, const char *name,
			     struct str text, mode_t mode)
{
	struct str path = path_of(a, name);
	int fd;

	unlink(path.ptr);
	fd = open(path.ptr, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, text.ptr, text.len) != (ssize_t)text.len ||
	    fchmod(fd, mode) < 0)
		printf("Bail out! no scratch file\n");
	if (fd >= 0)
		close(fd);
	return path;
}

static const char *const names[] = {
	"POSTERN_CONFIG", "POSTERN_DATABASE", "POSTERN_KEY_FILE",
	"POSTERN_CONNECTIONS", "POSTERN_READ_LANES",
};

static void forget_environment(void)
{
	for (size_t i = 0; i < COUNT(names); i++)
		unsetenv(names[i]);
}

/* Lines of NAME=value that become the environment. */
static void set_environment(struct arena *a, struct str lines)
{
	forget_environment();
	while (lines.ptr) {
		struct str value = str_cut(&lines, '\n');
		struct str name = str_cut(&value, '=');

		if (name.len > 0)
			setenv(str_cstr(a, name), str_cstr(a, value), 1);
	}
}


#define DATABASE "POSTERN_DATABASE=host=/run/x\n"

/* want: database|key_file|connections|read_lanes, or absent: refused. */
static const struct {
	const char *what;
	struct str environment, file;
	struct str want;
} configs[] = {
	{ "the least", STR_INIT(DATABASE), { NULL, 0 },
	  STR_INIT("host=/run/x|-|512|2") },
	{ "all of it", STR_INIT(DATABASE "POSTERN_KEY_FILE=/k\n"
				"POSTERN_CONNECTIONS=8\nPOSTERN_READ_LANES=2"),
	  { NULL, 0 }, STR_INIT("host=/run/x|/k|8|2") },
	{ "from a file", STR_INIT(""),
	  STR_INIT(DATABASE "POSTERN_KEY_FILE=/k\nPOSTERN_CONNECTIONS=8\n"),
	  STR_INIT("host=/run/x|/k|8|2") },
	{ "a file without a newline at its end", STR_INIT(""),
	  STR_INIT("POSTERN_DATABASE=dbname=x"), STR_INIT("dbname=x|-|512|2") },
	{ "comments, empty lines and other names", STR_INIT(""),
	  STR_INIT("# POSTERN_DATABASE=no\n\n#POSTERN_DATABASE=no\nX=1\n"
		   "XPOSTERN_DATABASE=no\nPOSTERN_DATABASE\n" DATABASE),
	  { NULL, 0 } },
	{ "comments", STR_INIT(""),
	  STR_INIT("# POSTERN_DATABASE=no\n\n#POSTERN_DATABASE=no\nX=1\n"
		   "XPOSTERN_DATABASE=no\n" DATABASE),
	  STR_INIT("host=/run/x|-|512|2") },
	{ "the environment before the file",
	  STR_INIT("POSTERN_DATABASE=of=environment\nPOSTERN_CONNECTIONS=3"),
	  STR_INIT("POSTERN_DATABASE=of=file\nPOSTERN_CONNECTIONS=4\n"
		   "POSTERN_READ_LANES=5\n"),
	  STR_INIT("of=environment|-|3|5") },
	{ "what is empty in the environment is the file's",
	  STR_INIT("POSTERN_DATABASE=\nPOSTERN_CONNECTIONS="),
	  STR_INIT(DATABASE "POSTERN_CONNECTIONS=4\n"),
	  STR_INIT("host=/run/x|-|4|2") },
	{ "an empty number is the normal one", STR_INIT(""),
	  STR_INIT(DATABASE "POSTERN_CONNECTIONS=\n"),
	  STR_INIT("host=/run/x|-|512|2") },
	{ "a value with '='", STR_INIT(""),
	  STR_INIT("POSTERN_DATABASE=host=a password=b=c\n"),
	  STR_INIT("host=a password=b=c|-|512|2") },
	{ "the most", STR_INIT(DATABASE "POSTERN_CONNECTIONS=16384\n"
			       "POSTERN_READ_LANES=8"), { NULL, 0 },
	  STR_INIT("host=/run/x|-|16384|8") },
	{ "nothing", STR_INIT(""), { NULL, 0 }, { NULL, 0 } },
	{ "no database", STR_INIT("POSTERN_CONNECTIONS=4"),
	  STR_INIT("POSTERN_KEY_FILE=/k\n"), { NULL, 0 } },
	{ "an empty file", STR_INIT(""), STR_INIT(""), { NULL, 0 } },
	{ "no connections",
	  STR_INIT(DATABASE "POSTERN_CONNECTIONS=0"),
	  { NULL, 0 }, { NULL, 0 } },
	{ "too many connections",
	  STR_INIT(DATABASE "POSTERN_CONNECTIONS=16385"),
	  { NULL, 0 }, { NULL, 0 } },
	{ "fewer connections than none",
	  STR_INIT(DATABASE "POSTERN_CONNECTIONS=-1"),
	  { NULL, 0 }, { NULL, 0 } },
	{ "connections that are no number",
	  STR_INIT(DATABASE "POSTERN_CONNECTIONS=x"),
	  { NULL, 0 }, { NULL, 0 } },
	{ "a number and more", STR_INIT(DATABASE "POSTERN_CONNECTIONS=8 "),
	  { NULL, 0 }, { NULL, 0 } },
	{ "a number that no integer holds",
	  STR_INIT(DATABASE "POSTERN_CONNECTIONS=99999999999999999999"),
	  { NULL, 0 }, { NULL, 0 } },
	{ "hexadecimal", STR_INIT(DATABASE "POSTERN_CONNECTIONS=0x10"),
	  { NULL, 0 }, { NULL, 0 } },
	{ "no read lanes", STR_INIT(DATABASE "POSTERN_READ_LANES=0"),
	  { NULL, 0 }, { NULL, 0 } },
	{ "too many read lanes", STR_INIT(DATABASE "POSTERN_READ_LANES=9"),
	  { NULL, 0 }, { NULL, 0 } },
	{ "a bad number in the file", STR_INIT(""),
	  STR_INIT(DATABASE "POSTERN_CONNECTIONS=many\n"), { NULL, 0 } },
};

static void test_configs(struct arena *a)
{
	for (size_t i = 0; i < COUNT(configs); i++) {
		struct config c = { .connections = 0 };
		struct buf b;

		set_environment(a, configs[i].environment);
		if (configs[i].file.ptr)
			setenv("POSTERN_CONFIG",
			       write_file(a, "config", configs[i].file,
					  0644).ptr, 1);
		if (!config_read(&c, a, PROGRAM)) {
			ok(!configs[i].want.ptr, "refused: %s",
			   configs[i].what);
			continue;
		}
		buf_init(&b, a);
		buf_add(&b, c.database);
		buf_char(&b, '|');
		buf_add(&b, c.key_file.ptr ? c.key_file : STR("-"));
		buf_addf(&b, "|%lld|%lld", c.connections, c.read_lanes);
		ok(str_eq(buf_str(&b), configs[i].want), "read: %s",
		   configs[i].what);
	}
}

#define HEX16 "0123456789abcdef"
#define HEX48 HEX16 HEX16 HEX16
#define KEY HEX48 HEX16

/* The mode 0 is no file; what is otherwise no file is made by make_odd(). */
static const struct {
	const char *name;
	struct str text;
	mode_t mode;
	bool good;
} keys[] = {
	{ "its owner's", STR_INIT(KEY "\n"), 0600, true },
	{ "its owner's, to read", STR_INIT(KEY "\n"), 0400, true },
	{ "its group's to read", STR_INIT(KEY "\n"), 0640, true },
	{ "no newline", STR_INIT(KEY), 0600, true },
	{ "capitals", STR_INIT("0123456789ABCDEF" HEX48), 0600, true },
	{ "lines after it", STR_INIT(KEY "\nthe old one\n"), 0600, true },
	{ "its group's to write", STR_INIT(KEY "\n"), 0660, false },
	{ "its group's to run", STR_INIT(KEY "\n"), 0610, false },
	{ "everybody's to read", STR_INIT(KEY "\n"), 0644, false },
	{ "everybody's to write", STR_INIT(KEY "\n"), 0602, false },
	{ "everybody's to run", STR_INIT(KEY "\n"), 0601, false },
	{ "empty", STR_INIT(""), 0600, false },
	{ "a newline alone", STR_INIT("\n"), 0600, false },
	{ "63 digits", STR_INIT(HEX48 "0123456789abcde\n"), 0600, false },
	{ "65 digits", STR_INIT(KEY "0\n"), 0600, false },
	{ "a letter that is no digit", STR_INIT(HEX48 "0123456789abcdeg\n"),
	  0600, false },
	{ "a NUL", STR_INIT(HEX48 "0123456789abcde\0\n"), 0600, false },
	{ "a space after", STR_INIT(KEY " \n"), 0600, false },
	{ "a space before", STR_INIT(" " KEY "\n"), 0600, false },
	{ "a line before", STR_INIT("\n" KEY "\n"), 0600, false },
	{ "missing", STR_INIT(""), 0, false },
	{ "directory", STR_INIT(""), 0, false },
	{ "fifo", STR_INIT(""), 0, false },
	{ "link", STR_INIT(""), 0, false },
	{ "loop", STR_INIT(""), 0, false },
};

static bool make_odd(struct arena *a)
{
	struct str key = write_file(a, "key", STR(KEY "\n"), 0600);

	return mkdir(path_of(a, "directory").ptr, 0700) == 0 &&
	       mkfifo(path_of(a, "fifo").ptr, 0600) == 0 &&
	       symlink(key.ptr, path_of(a, "link").ptr) == 0 &&
	       symlink("loop", path_of(a, "loop").ptr) == 0;
}

static void remove_odd(struct arena *a)
{
	static const char *const left[] = {
		"key", "fifo", "link", "loop", "config", "written", "large",
	};

	for (size_t i = 0; i < COUNT(left); i++)
		unlink(path_of(a, left[i]).ptr);
	rmdir(path_of(a, "directory").ptr);
	rmdir(directory);
}

static void test_keys(struct arena *a)
{
	static const unsigned char want[] = {
		0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef,
	};

	for (size_t i = 0; i < COUNT(keys); i++) {
		struct config c = { .connections = 0 };
		struct hash key = { { 0 } };
		bool good;

		c.key_file = keys[i].mode
			? write_file(a, "written", keys[i].text, keys[i].mode)
			: path_of(a, keys[i].name);
		good = config_read_key(&c, PROGRAM, &key);
		for (size_t j = 0; good && j < HASH_LEN; j++)
			good = key.bytes[j] == want[j % sizeof(want)];
		ok(good == keys[i].good, "a key, %s: %s", keys[i].name,
		   keys[i].good ? "read" : "refused");
	}
}

static void test_key_not_set(void)
{
	struct config c = { .connections = 0 };
	struct hash key;

	ok(!config_read_key(&c, PROGRAM, &key), "no key file");
	c.key_file = STR("");
	ok(!config_read_key(&c, PROGRAM, &key), "an empty name of one");
}

/* The file that POSTERN_CONFIG names is as carefully opened, but everybody may
 * read it. */
static const struct {
	const char *name;
	mode_t mode;
	bool good;
} files[] = {
	{ "everybody's to read", 0644, true },
	{ "its owner's", 0600, true },
	{ "its group's to write", 0664, false },
	{ "everybody's to write", 0646, false },
	{ "missing", 0, false },
	{ "directory", 0, false },
	{ "fifo", 0, false },
	{ "link", 0, false },
};

static void test_files(struct arena *a)
{
	struct config c;
	struct buf b;

	for (size_t i = 0; i < COUNT(files); i++) {
		set_environment(a, STR(DATABASE));
		setenv("POSTERN_CONFIG",
		       files[i].mode ? write_file(a, "config", STR(DATABASE),
						  files[i].mode).ptr
				     : path_of(a, files[i].name).ptr, 1);
		ok(config_read(&c, a, PROGRAM) == files[i].good,
		   "a configuration file, %s: %s", files[i].name,
		   files[i].good ? "read" : "refused");
	}
	buf_init(&b, a);
	while (b.len <= 65536)
		buf_char(&b, '\n');
	setenv("POSTERN_CONFIG",
	       write_file(a, "large", buf_str(&b), 0600).ptr, 1);
	ok(!config_read(&c, a, PROGRAM), "a configuration file too large");
}

int main(void)
{
	struct arena *a = arena_new((size_t)1 << 24);

	if (!mkdtemp(directory) || !make_odd(a)) {
		printf("Bail out! no scratch directory\n");
		return 1;
	}
	test_configs(a);
	test_keys(a);
	test_key_not_set();
	test_files(a);
	forget_environment();
	remove_odd(a);
	arena_free(a);
	return done_testing();
}
