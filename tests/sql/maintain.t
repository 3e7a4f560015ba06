#!/bin/sh
# maintain.t - rings of partitions, and what oauth.maintain() forgets.
#
# Time is not faked: rows are given an expires_at so many widths from now.
. "$(dirname "$0")/scratch.sh"
scratch_start
sql -f "$root/tests/sql/tokens.sql" >/dev/null

# The views look at expires_at; these look at which rows there are, by how many
# widths from now they expire.
sql >/dev/null <<'EOSQL'
-- The start of the width that is so many from the present one, and a bit.
CREATE FUNCTION test.at(width integer, away integer) RETURNS timestamptz
LANGUAGE sql AS $$
	SELECT to_timestamp((floor(extract(epoch FROM now()) / width) + away) * width
		+ width / 2)
$$;
CREATE FUNCTION test.fill(ring text, first integer, last integer) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE w integer := (SELECT width FROM oauth.rings() r WHERE r.ring = fill.ring);
BEGIN
	FOR away IN first .. last LOOP
		IF ring = 'authorization_code' THEN
			PERFORM test.code(ring || away, 'app', 'alice',
				test.at(w, away) - now());
		ELSIF ring = 'access_token' THEN
			PERFORM test.access(ring || away, 'app', 'alice', 1,
				test.at(w, away) - now());
		ELSE
			PERFORM test.refresh(ring || away, 'app', 'alice', 1,
				test.at(w, away) - now());
		END IF;
	END LOOP;
END $$;
CREATE FUNCTION test.left(ring text, first integer, last integer) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
	EXECUTE format('SELECT string_agg(away::text, %L ORDER BY away)
		FROM generate_series($1, $2) AS away
		JOIN oauth.%I ON %I = sha256(test.bytes($3 || away))', ' ', ring,
		CASE ring WHEN 'authorization_code' THEN 'code_hash' ELSE 'token_hash' END)
	   INTO result USING first, last, ring;
	RETURN result;
END $$;
EOSQL

is 'nothing to forget: nothing done' '' "SELECT * FROM oauth.maintain()"

# The widest lifetimes fit: what may be issued now never shares a slot with what
# is emptied now.
is 'the widest lifetimes leave the past slot alone' t "
	SELECT bool_and(
	    oauth.past_partition('access_token', t)::text <> 'oauth.access_token_'
	    || oauth.access_token_slot(t + life * interval '1 day')
	AND oauth.past_partition('refresh_token', t)::text <> 'oauth.refresh_token_'
	    || oauth.refresh_token_slot(t + life * interval '366 days')
	AND oauth.past_partition('authorization_code', t)::text
	    <> 'oauth.authorization_code_'
	    || oauth.authorization_code_slot(t + life * interval '10 minutes'))
	  FROM generate_series(timestamptz '2025-01-01', '2027-06-01', '37 minutes') t,
	       unnest('{0, 0.01, 0.5, 0.99, 1}'::numeric[]) AS life"
is 'nor do its edges' t "
	SELECT bool_and(oauth.past_partition(r.ring, e) <>
	       oauth.past_partition(r.ring, e - interval '1 microsecond')
	   AND right(oauth.past_partition(r.ring, e)::text, 1)::integer
	       = (k - r.behind + r.slots) % r.slots)
	  FROM oauth.rings() r, generate_series(1, 40) AS k,
	       LATERAL (SELECT to_timestamp(k::bigint * r.width) AS e) AS edge"
is 'the functions that choose a slot agree with the rings' t "
	SELECT bool_and(oauth.access_token_slot(t) = floor(extract(epoch FROM t) / 14400)::bigint % 8
	   AND oauth.refresh_token_slot(t) = floor(extract(epoch FROM t) / 5270400)::bigint % 8
	   AND oauth.authorization_code_slot(t) = floor(extract(epoch FROM t) / 86400)::bigint % 4)
	  FROM generate_series(timestamptz '2025-01-01', '2027-06-01', '61 minutes') t"
is 'as many partitions as slots' t "
	SELECT bool_and((SELECT count(*) FROM pg_inherits
	       WHERE inhparent = ('oauth.' || ring)::regclass) = slots)
	  FROM oauth.rings()"

for ring in 'access_token -1 6' 'refresh_token -1 6' 'authorization_code -2 1'; do
	# shellcheck disable=SC2086
	set -- $ring
	kept=$(seq -s ' ' $(($2 + 1)) "$3")
	run "SELECT test.fill('$1', $2, $3)" >/dev/null
	is "$1: every slot is in use" t \
		"SELECT count(DISTINCT slot) = count(*) FROM oauth.$1"
	like "$1: maintain empties one partition" \
		"^$1\\|\\|emptied, [0-9]+ (bytes|kB)\$" "SELECT * FROM oauth.maintain()"
	is "$1: what was past is gone, all else is there" "$kept" \
		"SELECT test.left('$1', $2, $3)"
	is "$1: again, and there is nothing to do" '' "SELECT * FROM oauth.maintain()"
done

is 'what is left over from rounds before goes with it' '0 1' \
	"SELECT test.fill('access_token', -9, -9), test.fill('access_token', -1, -1)
	\\g /dev/null
	SELECT oauth.maintain() \\g /dev/null
	SELECT test.left('access_token', -9, 1)"
like 'a partition that should be past but is not is left alone' \
	'^access_token\|\|skipped: it holds rows that have not expired' \
	"SELECT test.fill('access_token', -1, -1), test.fill('access_token', 7, 7)
	\\g /dev/null
	SELECT * FROM oauth.maintain()"
is 'with all that is in it' '-1|7' \
	"SELECT test.left('access_token', -1, -1), test.left('access_token', 7, 7)"
run "DELETE FROM oauth.access_token" >/dev/null

# What it locks it does not keep while it deletes: a statement that is not of one
# partition waits for all of them.
run "CREATE TABLE test.held (n bigint);
	CREATE FUNCTION test.note() RETURNS trigger LANGUAGE plpgsql AS \$\$
	BEGIN
		INSERT INTO test.held SELECT count(*) FROM pg_locks
		 WHERE mode = 'AccessExclusiveLock'
		   AND relation IN (SELECT inhrelid FROM pg_inherits);
		RETURN NULL;
	END \$\$;
	CREATE TRIGGER note AFTER DELETE ON oauth.used_jti
		FOR EACH STATEMENT EXECUTE FUNCTION test.note();
	SELECT test.fill('access_token', -1, -1)" >/dev/null
like 'a partition is emptied' '^access_token\|\|emptied, ' \
	"SELECT * FROM oauth.maintain()"
is 'and not locked while rows of other tables are deleted' 0 \
	"SELECT sum(n) FROM test.held"
run "DROP TRIGGER note ON oauth.used_jti" >/dev/null

# Somebody else holds what it would lock, until he is told to let go.
hold() {	# hold SQL
	rm -f "$dir/let-go"
	{
		printf 'BEGIN;\n%s;\n' "$1"
		until [ -e "$dir/let-go" ]; do sleep 0.1; done
	} | sql >/dev/null &
	holder=$!
}
until_held() {	# until_held SQL: how many hold it
	for _ in $(seq 300); do
		[ "$(run "$1")" = 0 ] || return
		sleep 0.1
	done
}
let_go() {
	: >"$dir/let-go"
	wait "$holder"
}
run "SELECT test.fill('refresh_token', -1, -1)" >/dev/null
hold 'SELECT count(*) FROM oauth.refresh_token'
until_held "SELECT count(*) FROM pg_stat_activity
	WHERE state = 'idle in transaction' AND datname = current_database()"
is 'what can not be locked is skipped, soon and without an error' \
	'refresh_token||skipped: in use just now' \
	"SET statement_timeout = '2s'; SELECT * FROM oauth.maintain()
	WHERE what = 'refresh_token'"
let_go
like 'and done another time' '^refresh_token\|\|emptied' \
	"SELECT * FROM oauth.maintain()"
hold 'SELECT * FROM oauth.maintain()'
until_held "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'
	AND database = (SELECT oid FROM pg_database
	WHERE datname = current_database())"
run "SELECT test.fill('refresh_token', -1, -1)" >/dev/null
is 'one runs at a time, the other does nothing' '' \
	"SELECT * FROM oauth.maintain()"
let_go
run "SELECT * FROM oauth.maintain()" >/dev/null

# Rows.
sql >/dev/null <<'EOSQL'
INSERT INTO oauth.session (session_hash, user_id, last_seen_at, expires_at)
SELECT sha256(convert_to(name, 'UTF8')), oauth.user_id_of('alice'), now() - idle,
       now() + life
  FROM (VALUES ('live', interval '23 hours', interval '1 day'),
               ('past', '0', '-1 second'), ('idle', '25 hours', '1 day'))
       AS v (name, idle, life);
INSERT INTO oauth.sign_in_throttle (kind, key, arrival)
VALUES ('account', 'past', now() - interval '1 second'),
       ('account', 'ahead', now() + interval '1 minute'),
       ('address', 'past', now() - interval '1 day');
SELECT test.grant(1, 'alice', 'app'), test.grant(2, 'alice', 'app'),
       test.grant(3, 'alice', 'app');
UPDATE oauth.authorization_grant SET expires_at = now() - CASE authorization_id
       WHEN 1 THEN interval '25 hours' WHEN 2 THEN interval '23 hours'
       ELSE '-1 hour' END;
EOSQL
run "SELECT test.device('d' || life, 'app', life => life) FROM unnest(
	'{1 minute,-59 minutes,-61 minutes,-2 days}'::interval[]) AS life" >/dev/null
is 'rows that are past are deleted' 'session|2|
sign_in_throttle|2|
device_code|2|
authorization_grant|1|' "SELECT * FROM oauth.maintain()"
is 'and no others' 't|ahead|2|2 3' \
	"SELECT (SELECT session_hash = sha256('live') FROM oauth.session),
	(SELECT convert_from(key, 'UTF8') FROM oauth.sign_in_throttle),
	(SELECT count(*) FROM oauth.device_code
	WHERE expires_at > now() - interval '1 hour'),
	(SELECT string_agg(authorization_id::text, ' ' ORDER BY authorization_id)
	FROM oauth.authorization_grant)"
run "INSERT INTO oauth.sign_in_throttle SELECT 'account', int4send(i),
	now() - interval '1 hour' FROM generate_series(1, 10001) i" >/dev/null
is 'at most 10,000 at once' 'sign_in_throttle|10000|' \
	"SELECT * FROM oauth.maintain()"
is 'the rest another time' 'sign_in_throttle|1|' "SELECT * FROM oauth.maintain()"

# Clients that registered themselves, and were never used: of many.
run "INSERT INTO oauth.client (client_id, token_endpoint_auth_method,
	registration_access_token_hash, client_id_issued_at)
	SELECT 'many' || i, 'none', sha256(int4send(i)), now() - interval '31 days'
	FROM generate_series(1, 2000) i;
	UPDATE oauth.client SET audience = '{other,many1,app,many2,many1999}'
	WHERE client_id = 'app';
	UPDATE oauth.client SET client_id_issued_at = now() - interval '32 days'
	WHERE client_id IN ('many1', 'many2');
	ANALYZE oauth.client" >/dev/null
is 'a hundred of them are deleted, for a few looks through all clients' \
	'100|t|{other,app,many1999}|1900' \
	"BEGIN;
	SELECT oauth.expire_unused_clients(100) AS deleted \\gset
	SELECT :deleted, seq_scan < 20, (SELECT audience FROM oauth.client
	WHERE client_id = 'app'), (SELECT count(*) FROM oauth.client
	WHERE client_id LIKE 'many%')
	FROM pg_stat_xact_user_tables WHERE relid = 'oauth.client'::regclass;
	COMMIT"
run "DELETE FROM oauth.client WHERE client_id LIKE 'many%'" >/dev/null

run "SELECT test.fill('access_token', -1, -1)" >/dev/null
like 'the token program may call it, with its own rights' '^access_token$' \
	"SET ROLE postern_token; SELECT what FROM oauth.maintain()"
for role in authorize resource metadata; do
	refused "$role may not" '42501: permission denied for function maintain' \
		"SET ROLE postern_$role; SELECT * FROM oauth.maintain()"
done
refused 'nor may token do by hand what it does' '42501: permission denied' \
	"SET ROLE postern_token; TRUNCATE oauth.access_token_0"
refused 'nor call its parts' '42501: permission denied' \
	"SET ROLE postern_token; SELECT oauth.empty_past_partition('access_token')"

done_testing
