/*
 * postern - what SQL can not do: hash a password, make a key, seal a secret.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "app/config.h"
#include "base/arena.h"
#include "base/base64.h"
#include "base/buf.h"
#include "crypto/hash.h"
#include "crypto/password.h"
#include "crypto/random.h"
#include "jose/library.h"
#include "oauth/key_rotation.h"
#include "store/client.h"

#define PROGRAM STR("postern")

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

static int hash_password(const char *none)
{
	char line[PASSWORD_MAX + 2], again[PASSWORD_MAX + 2];
	struct arena *a = arena_new(1 << 20);
	struct str hash = STR_NONE;
	long n = ask("Password: ", line, sizeof(line));
	bool same = true;

	(void)none;
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

static int make_key(const char *none)
{
	unsigned char key[HASH_LEN];

	(void)none;
	random_bytes(key, sizeof(key));
	for (size_t i = 0; i < sizeof(key); i++)
		printf("%02x", key[i]);
	printf("\n");
	secret_wipe(key, sizeof(key));
	return finish();
}

/* "pcs_" and base64url of 256 random bits, as oauth.new_client_secret(). */
static struct str new_client_secret(struct arena *a)
{
	unsigned char bytes[32];
	struct buf b;

	random_bytes(bytes, sizeof(bytes));
	buf_init(&b, a);
	buf_add(&b, STR("pcs_"));
	buf_add(&b, base64url_encode(a, bytes, sizeof(bytes)));
	secret_wipe(bytes, sizeof(bytes));
	return buf_str(&b);
}

/* As the program token, whose clients these are. */
static int store_client_secret(struct arena *a, const struct config *c,
			       struct str client_id, struct str sealed)
{
	struct db *db = db_open(c->database, STR("postern_token"), 0);
	struct db_work w = { .count = 0 };
	const struct db_call *call;
	enum db_status s;

	if (!db)
		return 1;	/* it has said why */
	call = client_secret_seal_ask(&w, a, client_id, sealed);
	s = db_run(db, a, DB_WRITE, &w);
	db_close(db);
	switch (s) {
	case DB_OK:
	case DB_NO_ROW:
		break;
	case DB_FAILED:
		fprintf(stderr, "postern: SQLSTATE %s\n", call->sqlstate);
		return 1;
	case DB_UNAVAILABLE:
	case DB_UNKNOWN:
		return fail("can not reach the database as postern_token");
	}
	if (db_rows(call) == 0)
		return fail("there is no such client whose "
			    "token_endpoint_auth_method is client_secret_jwt");
	if (db_bool(call, 0, 1))
		(void)fail("its client_secret_expires_at has passed: the new "
			   "secret, too, is refused until "
			   "oauth.change_client() sets another");
	return 0;
}

static int client_secret(const char *client_id)
{
	struct arena *a = arena_new(1 << 20);
	struct str id = str_of(client_id), secret, sealed;
	struct config c;
	struct hash key;
	int status = 1;

	if (config_read(&c, a, PROGRAM) &&
	    config_read_key(&c, PROGRAM, &key)) {
		secret = new_client_secret(a);
		sealed = client_secret_seal(a, &key, id,
					    (struct secret){ secret });
		status = store_client_secret(a, &c, id, sealed);
		if (status == 0)
			printf("%.*s\n", STR_ARG(secret));
	}
	secret_wipe(&key, sizeof(key));
	arena_free(a);
	return status == 0 ? finish() : status;
}

/* The database as the program token has it; NULL: said why. */
static struct db *open_database(struct arena *a, struct config *c)
{
	if (!config_read(c, a, PROGRAM))
		return NULL;
	return db_open(c->database, STR("postern_token"), 0);
}

static int print_keys(struct db *db, struct arena *a)
{
	struct db_work w = { .count = 0 };
	const struct db_call *call = db_add(&w, a, QUERY_KEY_LIST, NULL, 0);
	const enum db_status s = db_run(db, a, DB_READ, &w);

	if (s != DB_OK && s != DB_NO_ROW)
		return fail("the keys could not be read as postern_token");
	for (size_t i = 0; i < db_rows(call); i++)
		printf("%-6.*s %-10.*s from %.*s until %.*s  %.*s\n",
		       STR_ARG(db_text(call, i, 1)),
		       STR_ARG(db_text(call, i, 2)),
		       STR_ARG(db_text(call, i, 3)),
		       STR_ARG(db_text(call, i, 4)),
		       STR_ARG(db_text(call, i, 0)));
	return 0;
}

static int rotate_keys(struct db *db, struct arena *a, const struct config *c)
{
	struct hash key;

	if (!config_read_key(c, PROGRAM, &key))
		return 1;
	if (!key_rotation_run(db, a, &key, true))
		return fail("the keys could not be stored as postern_token");
	secret_wipe(&key, sizeof(key));
	return print_keys(db, a);
}

/* key list, key rotate */
static int signing_key(const char *what)
{
	const bool rotate = strcmp(what, "rotate") == 0;
	struct arena *a;
	struct config c;
	struct db *db;
	int status = 1;

	if (!rotate && strcmp(what, "list") != 0)
		return fail("key list shows the signing keys, key rotate makes "
			    "the next ones");
	a = arena_new(8 << 20);
	db = open_database(a, &c);
	if (db)
		status = rotate ? rotate_keys(db, a, &c) : print_keys(db, a);
	db_close(db);
	arena_free(a);
	return status == 0 ? finish() : status;
}

static int help(const char *none);

static const struct {
	const char *name;
	const char *argument;	/* NULL: none */
	int (*run)(const char *argument);
	const char *description;
} commands[] = {
	{ "hash-password", NULL, hash_password,
	  "reads a password and prints its Argon2id string" },
	{ "make-key", NULL, make_key,
	  "prints a new key for POSTERN_KEY_FILE" },
	{ "client-secret", "CLIENT_ID", client_secret,
	  "gives a client a new secret for client_secret_jwt, and prints it" },
	{ "key", "list|rotate", signing_key,
	  "shows the keys that sign, or makes the next ones ahead of time" },
	{ "help", NULL, help, "prints this" },
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void print_help(FILE *to)
{
	fprintf(to, "usage: postern COMMAND\n\n");
	for (size_t i = 0; i < COMMANDS; i++) {
		const char *argument = commands[i].argument;
		int n = fprintf(to, "  %s%s%s", commands[i].name,
				argument ? " " : "", argument ? argument : "");

		fprintf(to, "%*s%s\n", 27 - n, "", commands[i].description);
	}
}

static int help(const char *none)
{
	(void)none;
	print_help(stdout);
	return finish();
}

int main(int argc, char **argv)
{
	crypto_init();
	jose_init();
	secret_keep_in_process();
	for (size_t i = 0; argc > 1 && i < COMMANDS; i++) {
		if (strcmp(argv[1], commands[i].name) == 0 &&
		    argc == (commands[i].argument ? 3 : 2))
			return commands[i].run(argv[2]);
	}
	print_help(stderr);
	return 2;
}
