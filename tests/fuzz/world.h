/*
 * world.h - what is outside of a request, for the target "request": what the
 * database, another server and a password check say is in its input.
 *
 * Everything has a value that is well, and the script of an input, some lines
 * of it, changes one or the other:
 *
 *	column=value		what every column of that name gives
 *	column			NULL
 *	@statement none		no row; "rows 2", "failed 23505", "unavailable",
 *				"unknown"
 *	@3 none			the third statement of the request
 *	>body			what another server answers
 *
 * A value that the schema would not let into the column is not taken.
 */
#ifndef TESTS_FUZZ_WORLD_H
#define TESTS_FUZZ_WORLD_H

#include "crypto/hash.h"
#include "crypto/secret.h"
#include "db/db.h"
#include "jose/jwk.h"

#define WORLD_ISSUER "https://login.example"
#define WORLD_NOW 1700000000
#define WORLD_SECRET "pcs_SSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSA"
#define WORLD_PASSWORD "correct-horse"
#define WORLD_SESSION "SESSIONSESSIONSESSIONSESSIONSESSIONSESSIONA"
#define WORLD_FORM "FORMFORMFORMFORMFORMFORMFORMFORMFORMFORMFOA"
/* What may be in no line of the log. */
#define WORLD_CANARY "cAnArY"

struct world {
	struct arena *arena;		/* of the request */
	struct str input, script;	/* all of it; its second part */
	struct hash key;		/* the server's */
	const struct jwk *server_key, *client_key;

	/* What was seen of the request. */
	unsigned statements;
	bool failed;			/* one of its statements */
	struct str stored[256];		/* parameters of what was committed */
	size_t stored_count;
};

extern struct world world;

/* Another request, with this script. */
void world_begin(struct arena *a, struct str script);

/* The last line of the script that begins with name and ends there, or goes on
 * after the sign: what follows that.  False where there is none. */
bool world_said(struct str name, char sign, struct str *out);

/* A statement's name, without the slot that ends those of several. */
struct str world_statement(enum query query);

/* What a column gives in this row; absent: NULL. */
struct str world_value(enum query query, struct str column, struct str type,
		       size_t row);

/* How many rows a statement gives where the script says nothing. */
size_t world_rows(const struct db_call *call);

/* Was it, byte for byte, a parameter of a statement that was committed? */
bool world_has_stored(struct str value);

#endif
