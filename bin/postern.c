/*
 * postern - what SQL can not do: hash a password, make a key.
 */
#include <signal.h>
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

/* What was printed has to have arrived, too: a full disk is a failure. */
static int finish(void)
{
	return fflush(stdout) == 0 && !ferror(stdout)
		       ? 0
		       : fail("can not write to standard output");
}

/*
 * One line without its newline; -1 where there is none, it is too long, or a
 * signal came in between.
 */
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
	return c == EOF && (n == 0 || ferror(stdin)) ? -1 : (long)n;
}

/* Nothing to do but to make read(2) return, so that the echo comes back. */
static void interrupted(int number)
{
	(void)number;
}

/* From the terminal, without echo, or from wherever standard input is. */
static long ask(const char *question, char *line, size_t room)
{
	const struct sigaction stop = { .sa_handler = interrupted };
	struct sigaction stopped;
	struct termios before, quiet;
	long n;

	if (tcgetattr(STDIN_FILENO, &before) < 0)
		return read_line(line, room);
	quiet = before;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	fputs(question, stderr);
	(void)sigaction(SIGINT, &stop, &stopped);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
	n = read_line(line, room);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
	(void)sigaction(SIGINT, &stopped, NULL);
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

	if (n > 0 && isatty(STDIN_FILENO))
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
	return hash.ptr ? finish() : fail("a password is 1 to 1024 bytes, "
					  "none of them NUL");
}

static int make_key(void)
{
	unsigned char key[HASH_LEN];

	random_bytes(key, sizeof(key));
	for (size_t i = 0; i < sizeof(key); i++)
		printf("%02x", key[i]);
	printf("\n");
	secret_wipe(key, sizeof(key));
	return finish();
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

static void print_help(FILE *to)
{
	fprintf(to, "usage: postern COMMAND\n\n");
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(to, "  %-15s %s\n", commands[i].name,
			commands[i].description);
}

static int help(void)
{
	print_help(stdout);
	return finish();
}

int main(int argc, char **argv)
{
	crypto_init();
	for (size_t i = 0; argc == 2 && i < COMMANDS; i++) {
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run();
	}
	print_help(stderr);
	return 2;
}
