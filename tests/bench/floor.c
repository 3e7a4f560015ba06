/*
 * floor.c - the naive probe that Postern is measured against.
 *
 * What a good programmer would write in an afternoon, with none of the work of
 * being correct: libfcgi, a process a request at a time, a connection each, one
 * prepared statement, a fixed answer.  POST stores a token, GET looks one up.
 * Started by spawn-fcgi -F 8.
 */
#include <fcgiapp.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define INSERT "INSERT INTO public.floor_token (token_hash, client_id, " \
	"scope, expires_at) " \
	"VALUES ($1, 'floor', 'profile', now() + interval '1 hour')"
#define SELECT "SELECT client_id, scope FROM public.floor_token " \
	"WHERE token_hash = $1 AND expires_at > now()"

static PGconn *connect_database(void)
{
	PGconn *pg = PQconnectdb(getenv("FLOOR_DATABASE"));
	PGresult *r;

	if (PQstatus(pg) != CONNECTION_OK) {
		fprintf(stderr, "floor: %s", PQerrorMessage(pg));
		exit(1);
	}
	r = PQprepare(pg, "insert", INSERT, 0, NULL);
	PQclear(r);
	r = PQprepare(pg, "select", SELECT, 0, NULL);
	PQclear(r);
	return pg;
}

static int run(PGconn *pg, const char *statement, const unsigned char *hash)
{
	const char *values[] = { (const char *)hash };
	const int lengths[] = { 32 }, formats[] = { 1 };
	PGresult *r = PQexecPrepared(pg, statement, 1, values, lengths,
				     formats, 0);
	int ok = PQresultStatus(r) == PGRES_COMMAND_OK ||
		 (PQresultStatus(r) == PGRES_TUPLES_OK && PQntuples(r) == 1);

	PQclear(r);
	return ok;
}

static const char answer_token[] =
	"Status: 200 OK\r\nContent-Type: application/json\r\n"
	"Cache-Control: no-store\r\n\r\n"
	"{\"access_token\":\"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHI\","
	"\"token_type\":\"Bearer\",\"expires_in\":3600}";
static const char answer_me[] =
	"Status: 200 OK\r\nContent-Type: application/json\r\n\r\n"
	"{\"id\":\"1\",\"username\":\"alice\"}";
static const char answer_error[] =
	"Status: 503 Service Unavailable\r\n\r\n";

int main(void)
{
	/* The one token that every GET looks up: 32 zero bytes. */
	static const unsigned char known[32];
	PGconn *pg = connect_database();
	FCGX_Request rq;

	FCGX_Init();
	FCGX_InitRequest(&rq, 0, 0);
	while (FCGX_Accept_r(&rq) == 0) {
		const char *method = FCGX_GetParam("REQUEST_METHOD", rq.envp);
		const char *answer = answer_error;
		unsigned char hash[32];

		if (method && strcmp(method, "POST") == 0) {
			char body[4096];

			(void)FCGX_GetStr(body, sizeof(body), rq.in);
			if (getrandom(hash, sizeof(hash), 0) == sizeof(hash) &&
			    run(pg, "insert", hash))
				answer = answer_token;
		} else if (run(pg, "select", known)) {
			answer = answer_me;
		}
		FCGX_PutStr(answer, (int)strlen(answer), rq.out);
		FCGX_Finish_r(&rq);
	}
	PQfinish(pg);
	return 0;
}
