#!/bin/sh
# logout.t - what the end of a session does, whoever ends it.
. "$(dirname "$0")/scratch.sh"
scratch_start
sql -f "$root/tests/sql/tokens.sql" >/dev/null

sql >/dev/null <<'EOSQL'
UPDATE oauth.client SET backchannel_logout_uri = 'https://a.example/out'
 WHERE client_id IN ('app', 'other');
CREATE FUNCTION test.session(name text, username text,
	life interval DEFAULT '1 day', idle interval DEFAULT '0') RETURNS void
LANGUAGE sql AS $$
	INSERT INTO oauth.session (session_hash, user_id, sid, expires_at,
	       last_seen_at)
	VALUES (sha256(convert_to(name, 'UTF8')), oauth.user_id_of(username), name,
	        now() + life, now() - idle)
$$;
CREATE FUNCTION test.grant_in(id bigint, sid text, username text,
	client_id text, scope text) RETURNS void
LANGUAGE sql AS $$
	INSERT INTO oauth.authorization_grant (authorization_id, user_id, client_id,
	       grant_type, scope, sid, expires_at)
	VALUES (id, oauth.user_id_of(username), client_id, 'authorization_code',
	        scope, sid, now() + interval '1 hour')
$$;
CREATE VIEW test.told AS
	SELECT client_id, sid FROM oauth.logout_notification ORDER BY 1, 2;
CREATE VIEW test.ended AS
	SELECT authorization_id, revoked_why FROM oauth.authorization_grant
	 WHERE revoked_at IS NOT NULL ORDER BY 1;
SELECT test.session('s1', 'alice'), test.session('s2', 'alice'),
       test.session('old', 'alice', '-1 second'),
       test.session('idle', 'alice', '1 day', '2 days'),
       test.session('bobs', 'bob');
SELECT test.grant_in(1, 's1', 'alice', 'app', 'openid profile'),
       test.grant_in(2, 's1', 'alice', 'other', 'openid offline_access'),
       test.grant_in(3, 's1', 'alice', 'app', 'openid'),
       test.grant_in(4, 's2', 'alice', 'app', 'openid'),
       test.grant_in(5, 'old', 'alice', 'app', 'openid'),
       test.grant_in(6, 'idle', 'alice', 'app', 'openid'),
       test.grant_in(7, NULL, 'alice', 'app', 'openid'),
       test.grant_in(8, 'bobs', 'bob', 'app', 'openid');
EOSQL

is 'who knows of which session' 'app|bobs
app|idle
app|old
app|s1
app|s2
other|s1' "SELECT client_id, sid FROM oauth.session_client ORDER BY 1, 2"
is 'nothing has ended' '' "SELECT * FROM test.ended"

is 'one that lapsed takes nothing along' '' \
	"DELETE FROM oauth.session WHERE sid IN ('old', 'idle');
	SELECT * FROM test.ended; SELECT * FROM test.told"
is 'and is forgotten' '' "SELECT * FROM oauth.session_client
	WHERE sid IN ('old', 'idle')"

is 'one whose sid goes on neither' '' \
	"BEGIN; DELETE FROM oauth.session WHERE sid = 's2';
	ROLLBACK;
	WITH gone AS (DELETE FROM oauth.session WHERE sid = 's2' RETURNING *)
	INSERT INTO oauth.session (session_hash, user_id, sid, expires_at)
	SELECT sha256('new'), user_id, sid, now() + interval '1 day' FROM gone;
	SELECT * FROM test.ended; SELECT * FROM test.told"
is 'its clients know of it still' 'app' \
	"SELECT client_id FROM oauth.session_client WHERE sid = 's2'"

is 'one that is live takes along what is not offline' '1|session ended
3|session ended' "DELETE FROM oauth.session WHERE sid = 's1';
	SELECT * FROM test.ended"
is 'and each client hears of it once' 'app|s1
other|s1' "SELECT * FROM test.told"
is 'by the subject, at once' t "SELECT bool_and(n.sub = u.sub AND attempts = 0
	AND next_attempt_at <= now() AND delivered_at IS NULL)
	FROM oauth.logout_notification n, oauth.end_user u
	WHERE u.username = 'alice'"
is 'what comes too late is born dead' '9|session ended' \
	"SELECT test.grant_in(9, 's1', 'alice', 'app', 'openid') \\g /dev/null
	SELECT * FROM test.ended WHERE authorization_id = 9"
is 'but for offline_access' f \
	"SELECT test.grant_in(10, 's1', 'alice', 'app', 'openid offline_access')
	\\g /dev/null
	SELECT EXISTS (SELECT FROM test.ended WHERE authorization_id = 10)"
is 'and nobody remembers that session' '' \
	"SELECT * FROM oauth.session_client WHERE sid = 's1'"

is 'with a user who is deleted' 'app|bobs' \
	"SELECT oauth.delete_user('bob') \\g /dev/null
	SELECT * FROM test.told WHERE sid = 'bobs'"
is 'what was revoked before keeps its reason' '4|consent was withdrawn' \
	"SELECT oauth.revoke_consent('alice', 'app') \\g /dev/null
	DELETE FROM oauth.session WHERE sid = 's2';
	SELECT * FROM test.ended WHERE authorization_id = 4"
is 'and the client hears of it all the same' 'app|s2' \
	"SELECT * FROM test.told WHERE sid = 's2'"

# Of what is due each gets its own.
claim=$(sed 's/;[[:blank:]]*$//' "$root/sql/queries/logout_claim.sql")
is 'what is claimed is not due' '4|0' \
	"CREATE TABLE test.first AS $claim;
	SELECT count(*), (SELECT count(*) FROM oauth.logout_notification
	WHERE next_attempt_at <= now()) FROM test.first"

# Many that lapsed at once are no work.
run "SELECT test.session('m' || n, 'alice', '-1 day')
	FROM generate_series(1, 10000) AS n" >/dev/null
is 'ten thousand that lapsed' t \
	"SELECT clock_timestamp() AS began \\gset
	SELECT oauth.maintain() \\g /dev/null
	SELECT clock_timestamp() - :'began' < interval '5 seconds'
	   AND NOT EXISTS (SELECT FROM oauth.session WHERE sid LIKE 'm%')"

done_testing
