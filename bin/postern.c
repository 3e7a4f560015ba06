/*
 * postern - what SQL can not do: hash a password, make a key.
 */
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/arena.h"
#include "crypto/hash.h"
#include "crypto/password.h"
#include "crypto/random.h"

static int fail(const char *message)
{
	fprintf(stderr, "postern: %s\n", message);
	return 1;
}

/* One line without its newline; -1 where there is none or it is too long. */
static long read_line(char *line, size_t room)
{
	size_t n = 0;
	int c;

	while ((c = getchar()) != EOF && c != '\n') {
		if (n + 1 >= room)
			return -1;
		line[n++] = (char)c;
	}
	line[n] = '\0';
	return c == EOF && n == 0 ? -1 : (long)n;
}

/* From the terminal, without echo, or from wherever standard input is. */
static long ask(const char *question, char *line, size_t room)
{
	struct termios before, quiet;
	long n;

	if (tcgetattr(STDIN_FILENO, &before) < 0)
		return read_line(line, room);
	quiet = before;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	fputs(question, stderr);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
	n = read_line(line, room);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
	fputc('\n', stderr);
	return n;
}

static int hash_password(void)
{
	char line[PASSWORD_MAX + 2], again[PASSWORD_MAX + 2];
	struct arena *a = arena_new(1 << 20);
	struct str hash = STR_NONE;
	long n = ask("Password: ", line, sizeof(line));
	bool same = true;

	if (n >= 0 && isatty(STDIN_FILENO))
		same = ask("Again: ", again, sizeof(again)) == n &&
		       strcmp(line, again) == 0;
	if (n > 0 && same)
		hash = password_hash(a, (struct secret){
			{ line, (size_t)n } });
	secret_wipe(line, sizeof(line));
	secret_wipe(again, sizeof(again));
	if (hash.ptr)
		printf("%.*s\n", STR_ARG(hash));
	arena_free(a);
	if (!same)
		return fail("the two are not the same");
	return hash.ptr ? 0 : fail("a password is 1 to 1024 bytes, none of "
				   "them NUL");
}

static int make_key(void)
{
	unsigned char key[HASH_LEN];

	random_bytes(key, sizeof(key));
	for (size_t i = 0; i < sizeof(key); i++)
		printf("%02x", key[i]);
	printf("\n");
	secret_wipe(key, sizeof(key));
	return 0;
}

static int help(void);

static const struct {
	const char *name;
	int (*run)(void);
	const char *description;
} commands[] = {
	{ "hash-password", hash_password,
	  "reads a password and prints its Argon2id string" },
	{ "make-key", make_key,
	  "prints a new key for POSTERN_KEY_FILE" },
	{ "help", help, "prints this" },
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static int help(void)
{
	printf("usage: postern COMMAND\n\n");
	for (size_t i = 0; i < COMMANDS; i++)
		printf("  %-15s %s\n", commands[i].name,
		       commands[i].description);
	return 0;
}

int main(int argc, char **argv)
{
	crypto_init();
	for (size_t i = 0; argc == 2 && i < COMMANDS; i++) {
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run();
	}
	help();
	return 2;
}
