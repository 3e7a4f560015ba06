# scratch.sh - a database of one's own for a test, and TAP.  Sourced by *.t.
# shellcheck shell=sh disable=SC2120
#
# Makes a private cluster in a temporary directory (unix socket only, as an
# unprivileged user, without fsync), with schema, roles and functions in its
# database, and removes all at exit. Where TEST_DATABASE_ADMIN is set, a libpq
# string of keywords and values for a scratch cluster that is there, a database
# is made in that instead.

set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
dir=$(mktemp -d "${TMPDIR:-/tmp}/postern-sql.XXXXXX")
count=0
failed=0
cluster=

die() {
	echo "Bail out! $*"
	exit 1
}

# Run as whoever owns the private cluster, in a directory they can read.
as_owner() {
	if [ "$(id -u)" = 0 ]; then
		(cd / && setpriv --reuid=postgres --regid=postgres --init-groups "$@")
	else
		(cd / && "$@")
	fi
}

pg_bin() {
	for bin in /usr/lib/postgresql/*/bin "$(pg_config --bindir 2>/dev/null)"; do
		[ ! -x "$bin/initdb" ] || newest=$bin
	done
	echo "${newest:?no PostgreSQL server here}"
}

cluster_start() {
	bin=$(pg_bin)
	cluster=$dir/pg
	mkdir "$cluster"
	if [ "$(id -u)" = 0 ]; then
		chown postgres "$dir" "$cluster"
	fi
	as_owner "$bin/initdb" -D "$cluster" -U postgres -A trust -E UTF8 \
		--locale=C.UTF-8 --no-sync >"$dir/log" 2>&1 ||
		die "initdb: $(tail -n 3 "$dir/log")"
	as_owner "$bin/pg_ctl" -D "$cluster" -w -s -l "$cluster/log" -o "-k '$dir' \
		-c listen_addresses='' -c fsync=off -c synchronous_commit=off \
		-c full_page_writes=off -c autovacuum=off" start >/dev/null 2>&1 ||
		die "cannot start a cluster: $(tail -n 3 "$cluster/log")"
	admin="host='$dir' user=postgres"
}

scratch_end() {
	if [ -n "$cluster" ]; then
		as_owner "$(pg_bin)/pg_ctl" -D "$cluster" -m immediate -s stop >/dev/null 2>&1
	elif [ -n "${admin:-}" ]; then
		psql -X -q "$admin dbname=postgres" \
			-c "DROP DATABASE IF EXISTS $database WITH (FORCE)" >/dev/null 2>&1
	fi
	rm -rf "$dir"
}
trap scratch_end EXIT
trap 'exit 1' INT TERM HUP

scratch_start() {
	database=postern_test_$$
	if [ -n "${TEST_DATABASE_ADMIN:-}" ]; then
		admin=$TEST_DATABASE_ADMIN
	else
		cluster_start
	fi
	conninfo="$admin dbname=$database"
	psql -X -q "$admin dbname=postgres" -c "CREATE DATABASE $database
		TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'" ||
		die "cannot create a database"
	for file in "$root"/sql/schema/*.sql "$root"/sql/roles.sql \
	    "$root"/sql/manage/functions_*.sql; do
		psql -X -q -v ON_ERROR_STOP=1 "$conninfo" -f "$file" >/dev/null ||
			die "${file#"$root"/}"
	done
}

# What psql says to the statements on standard input; "$@" are its arguments.
sql() {
	psql -X -q -A -t -v ON_ERROR_STOP=1 -v VERBOSITY=verbose "$@" "$conninfo" 2>&1
}

# The same for statements as one argument. psql's own commands may be in them.
run() {
	printf '%s\n' "$1" | sql
}

# ok STATUS NAME
ok() {
	count=$((count + 1))
	if [ "$1" = 0 ]; then
		printf 'ok %d - %s\n' "$count" "$2"
	else
		failed=$((failed + 1))
		printf 'not ok %d - %s\n' "$count" "$2"
	fi
}

# What was found instead, as TAP diagnostics.
found() {
	printf '%s\n' "$1" | sed 's/^/# /'
}

# is NAME WANTED SQL: the statement gives that.
is() {
	got=$(run "$3")
	if [ "$got" = "$2" ]; then
		ok 0 "$1"
	else
		ok 1 "$1"
		found "wanted: $2"
		found "   got: $got"
	fi
}

# like NAME REGEX SQL: the statement succeeds with what matches.
like() {
	if got=$(run "$3") && printf '%s\n' "$got" | grep -Eq -- "$2"; then
		ok 0 "$1"
	else
		ok 1 "$1"
		found "wanted: $2"
		found "   got: $got"
	fi
}

# refused NAME REGEX SQL: it fails with "SQLSTATE: message" that matches. Where
# the functions refuse, they also say what to do.
refused() {
	if got=$(run "$3"); then
		ok 1 "$1"
		found "it was not refused: $got"
	elif ! printf '%s\n' "$got" | grep -Eq -- "^ERROR:  $2"; then
		ok 1 "$1"
		found "wanted: $2"
		found "   got: $got"
	else
		ok 0 "$1"
	fi
}

done_testing() {
	echo "1..$count"
	[ "$failed" = 0 ]
	exit
}

# A well-formed Argon2id string.
# shellcheck disable=SC2016,SC2034
argon2id='$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI'
