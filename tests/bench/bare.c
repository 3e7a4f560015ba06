/*
 * bare.c - the naive probe as plain CGI: what the plainest of programs costs
 * when it starts, connects, stores a token by one statement, and answers.
 */
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#define INSERT "INSERT INTO floor_token (token_hash, client_id, scope, " \
	"expires_at) VALUES ($1, 'floor', 'profile', now() + interval '1 hour')"

static int insert(PGconn *pg)
{
	unsigned char hash[32];
	const char *values[] = { (const char *)hash };
	const int lengths[] = { 32 }, formats[] = { 1 };
	PGresult *r;
	int ok;

	if (getrandom(hash, sizeof(hash), 0) != sizeof(hash))
		return 0;
	r = PQexecParams(pg, INSERT, 1, NULL, values, lengths, formats, 0);
	ok = PQresultStatus(r) == PGRES_COMMAND_OK;
	PQclear(r);
	return ok;
}

int main(void)
{
	char body[4096];
	PGconn *pg = PQconnectdb(getenv("FLOOR_DATABASE"));
	int ok = PQstatus(pg) == CONNECTION_OK;

	if (read(STDIN_FILENO, body, sizeof(body)) < 0)
		ok = 0;
	ok = ok && insert(pg);
	PQfinish(pg);
	if (!ok) {
		puts("Status: 503 Service Unavailable\r\n\r");
		return 0;
	}
	puts("Status: 200 OK\r\nContent-Type: application/json\r\n"
	     "Cache-Control: no-store\r\n\r\n"
	     "{\"access_token\":\"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHI"
	     "\",\"token_type\":\"Bearer\",\"expires_in\":3600}");
	return 0;
}
