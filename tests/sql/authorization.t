#!/bin/sh
# authorization.t - what was granted: listing and revoking it.
. "$(dirname "$0")/scratch.sh"
scratch_start
sql -f "$root/tests/sql/tokens.sql" >/dev/null

run "SELECT test.grant(1, 'alice', 'app'), test.grant(2, 'alice', 'other'),
	test.grant(3, 'bob', 'app'), test.grant(4, 'alice', 'app'),
	test.access('a1', 'app', 'alice', 1), test.refresh('r1', 'app', 'alice', 1),
	test.access('a2', 'other', 'alice', 2), test.access('a3', 'app', 'bob', 3),
	test.access('a4', 'app', 'alice', 4), test.access('own', 'app', NULL, NULL),
	test.code('c1', 'app', 'alice'), test.code('c2', 'app', 'bob'),
	test.device('d1', 'app', 'alice', 'allowed'), test.device('d2', 'app'),
	test.device('d3', 'app', 'bob', 'allowed')" >/dev/null
devices='SELECT string_agg(state, $$, $$ ORDER BY user_id)
	FROM oauth.device_code_state'

state='SELECT string_agg(state, $$, $$ ORDER BY authorization_id)
	FROM oauth.access_token_state'
live='live, live, live, live, live'
is 'all is live to begin with' "$live" "$state"

is 'of a user, newest first, in any case' '4|alice|app|App
2|alice|other|
1|alice|app|App' \
	"SELECT authorization_id, username, client_id, client_name
	FROM oauth.authorizations_of('ALICE')"
is 'of a client' '4|alice
3|bob
1|alice' "SELECT authorization_id, username FROM oauth.authorizations_of('app')"
is 'the rest of a row' 'authorization_code|profile|t|t||' \
	"SELECT grant_type, scope, granted_at < now(), expires_at > now(),
	revoked_at, revoked_why FROM oauth.authorizations_of('bob')"
refused 'of nobody' 'P0002: neither a user nor a client: "nobody"' \
	"SELECT * FROM oauth.authorizations_of('nobody')"

is 'revoking one kills its tokens' \
	'live, live, live, authorization was revoked, live' \
	"SELECT oauth.revoke_authorization(4) \\g /dev/null
	$state"
is 'and says so in the list' 't|revoked by an administrator' \
	"SELECT revoked_at <= now(), revoked_why FROM oauth.authorizations_of('alice')
	WHERE authorization_id = 4"
is 'again: keeps the first time' t \
	"SELECT revoked_at AS first FROM oauth.authorization_grant
	WHERE authorization_id = 4 \\gset
	SELECT oauth.revoke_authorization(4) \\g /dev/null
	SELECT revoked_at = :'first' FROM oauth.authorization_grant
	WHERE authorization_id = 4"
refused 'an unknown one' 'P0002: no such authorization: 99' \
	"SELECT oauth.revoke_authorization(99)"

is 'withdrawing consent revokes what was not revoked' 1 \
	"SELECT oauth.revoke_consent('alice', 'app')"
is 'its tokens are dead, others are not' \
	'authorization was revoked, live, live, authorization was revoked, live' \
	"$state"
is 'its refresh tokens too' 'authorization was revoked' \
	"SELECT state FROM oauth.refresh_token_state"
is 'its codes too, and no others' 'expired, live' \
	"SELECT string_agg(state, ', ' ORDER BY user_id)
	FROM oauth.authorization_code_state"
is 'those that a device is waiting with, too' 'expired, live, pending' \
	"$devices"
is 'agreeing again does not bring the code back' 'expired' \
	"INSERT INTO oauth.consent (user_id, client_id, scope)
	VALUES (oauth.user_id_of('alice'), 'app', 'profile');
	SELECT state FROM oauth.authorization_code_state
	WHERE user_id = oauth.user_id_of('alice')"
is 'nor the device' 'expired, live, pending' "$devices"
refused 'of an unknown user' 'P0002: no such user' \
	"SELECT oauth.revoke_consent('nobody', 'app')"
refused 'of an unknown client' 'P0002: no such client' \
	"SELECT oauth.revoke_consent('alice', 'nobody')"

run "INSERT INTO oauth.session (session_hash, user_id, expires_at, last_seen_at)
	VALUES (sha256('1'), oauth.user_id_of('alice'), now() + interval '1 day', now()),
	(sha256('2'), oauth.user_id_of('alice'), now() + interval '2 days', now()),
	(sha256('3'), oauth.user_id_of('alice'), now() - interval '1 day', now()),
	(sha256('4'), oauth.user_id_of('alice'), now() + interval '2 days',
	 now() - interval '25 hours'),
	(sha256('5'), oauth.user_id_of('bob'), now() + interval '1 day', now())" >/dev/null
is 'sessions_of lists those that live' 'pwd|t
pwd|t' "SELECT amr, expires_at <= now() + interval '1 day'
	FROM oauth.sessions_of('alice')"
run "SELECT test.code('c3', 'app', 'alice'),
	test.device('d4', 'app', 'alice', 'allowed')" >/dev/null
is 'sign_out_everywhere says how much it ended' '4|1' \
	"SELECT * FROM oauth.sign_out_everywhere('alice')"
is 'sessions are gone, others are not' '0|1' \
	"SELECT (SELECT count(*) FROM oauth.sessions_of('alice')),
	(SELECT count(*) FROM oauth.sessions_of('bob'))"
is 'tokens are dead, others are not' \
	'authorization was revoked, authorization was revoked, live, authorization was revoked, live' \
	"$state"
is 'codes are dead, others are not' 'expired, expired, live' \
	"SELECT string_agg(state, ', ' ORDER BY user_id)
	FROM oauth.authorization_code_state"
is 'and so is what a device waits with' 'expired, expired, live, pending' \
	"$devices"
is 'nobody to sign out: nothing to end' '0|0' \
	"SELECT * FROM oauth.sign_out_everywhere('alice')"

# While a code is being redeemed, in a transaction that has not committed.
run "SELECT test.code('c4', 'app', 'bob')" >/dev/null
run "BEGIN;
	UPDATE oauth.authorization_code SET redeemed_at = now(), authorization_id = 5
	 WHERE code_hash = sha256(test.bytes('c4'));
	SELECT test.grant(5, 'bob', 'app');
	SELECT pg_sleep(1);
	COMMIT;" >/dev/null &
for _ in 1 2 3 4 5 6 7 8 9 10; do
	[ "$(run "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'
		AND datname = current_database()")" = 0 ] || break
	sleep 0.1
done
is 'what a redemption under way grants is revoked as well' '1|2' \
	"SELECT * FROM oauth.sign_out_everywhere('bob')"
wait
is 'so that nothing is left' 0 \
	"SELECT count(*) FROM oauth.authorization_grant WHERE revoked_at IS NULL"

is 'revoking all of a client shows in the list' \
	'all tokens of the client were revoked' \
	"SELECT test.grant(6, 'bob', 'app') \\g /dev/null
	SELECT oauth.revoke_client_tokens('app') \\g /dev/null
	SELECT revoked_why FROM oauth.authorizations_of('bob')
	WHERE authorization_id = 6"
is 'what it is granted from then on is good' t \
	"SELECT test.grant(7, 'bob', 'app') \\g /dev/null
	SELECT revoked_at IS NULL FROM oauth.authorizations_of('bob')
	WHERE authorization_id = 7"
is 'deleting a client deletes what was granted to it' 2 \
	"SELECT oauth.delete_client('app') \\g /dev/null
	SELECT authorization_id FROM oauth.authorization_grant"
is 'deleting a user deletes what they granted' 0 \
	"SELECT oauth.delete_user('alice') \\g /dev/null
	SELECT count(*) FROM oauth.authorization_grant"

done_testing
