#!/bin/sh
# user.t - people and scopes.
. "$(dirname "$0")/scratch.sh"
scratch_start

uuid='^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$'

# Creating.
like 'a user gets a subject' "$uuid" \
	"SELECT oauth.create_user('Alice', '$argon2id', '{\"name\": \"Alice Adams\",
	\"email\": \"alice@example.org\", \"preferred_username\": \"al\"}')"
is 'claims are kept, the password as it was given' \
	"{\"name\": \"Alice Adams\", \"email\": \"alice@example.org\", \"preferred_username\": \"al\"}|$argon2id" \
	"SELECT claims, password_hash FROM oauth.end_user WHERE username = 'Alice'"
like 'claims need not be given, nor a password' "$uuid" \
	"SELECT oauth.create_user('bob@example.org', NULL)"
is 'a subject can be brought along' 'legacy|4711' \
	"SELECT oauth.create_user('carol', '$argon2id', '{\"sub\": \"legacy|4711\"}')"
is 'and is no claim then' '{}' \
	"SELECT claims FROM oauth.end_user WHERE username = 'carol'"
like 'letters of any alphabet' "$uuid" "SELECT oauth.create_user('김철수', NULL)"

refused 'the same username in another case' '23505: there is a user "ALICE"' \
	"SELECT oauth.create_user('ALICE', NULL)"
refused 'the same with composed and full-width letters' '23505: there is a user' \
	"SELECT oauth.create_user('ａｌｉｃｅ', NULL)"
refused 'a username that is the sub of another' '23505: there is a user' \
	"SELECT oauth.create_user('legacy|4711', NULL)"
refused 'a sub that is another user'"'"'s' '23505: sub "legacy.4711" is another' \
	"SELECT oauth.create_user('dave', NULL, '{\"sub\": \"legacy|4711\"}')"
refused 'a sub that is the username of another' '23505: sub "alice" is another' \
	"SELECT oauth.create_user('dave', NULL, '{\"sub\": \"alice\"}')"
run "SELECT oauth.register_client('{\"client_id\": \"app\",
	\"redirect_uris\": [\"https://a.example/cb\"]}')" >/dev/null
refused 'a sub that is a client_id' '23505: sub "app" is the client_id' \
	"SELECT oauth.create_user('dave', NULL, '{\"sub\": \"app\"}')"
for sub in '""' '"a b"' '"ü"' "\"$(printf '%256s' x | tr ' ' x)\""; do
	refused "sub $(printf %.20s "$sub")" '22023: sub must be' \
		"SELECT oauth.create_user('dave', NULL, '{\"sub\": $sub}')"
done
for name in "''" NULL "' x'" "'x '" "E'a\\tb'" "E'a\\nb'" "repeat('x', 256)"; do
	refused "username $name" '22023: username must be' \
		"SELECT oauth.create_user($name, NULL)"
done
for code in 0085 00a0 1680 2000 2007 200a 2028 2029 202f 205f 3000; do
	for name in "U&'\\${code}x'" "U&'x\\$code'"; do
		refused "username $name" '22023: username must be' \
			"SELECT oauth.create_user($name, NULL)"
	done
done
is 'what is none of these, and a space within' '1' \
	"SELECT count(oauth.create_user(U&'\\200bx\\00a0y\\feff', NULL))"
run "SELECT oauth.delete_user(U&'\\200bx\\00a0y\\feff')" >/dev/null
# shellcheck disable=SC2016
for hash in hunter2 '' '$argon2id$' '$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI' \
    "$argon2id " '$2b$12$abcdefghijklmnopqrstuv' "sha256:$(printf '%064d' 0)"; do
	refused "password_hash '$hash'" \
		'22023: password_hash is not an Argon2id string$' \
		"SELECT oauth.create_user('dave', '$hash')"
done
case $(run "SELECT oauth.create_user('dave', 'hunter2')") in
*HINT*'postern hash-password'*) ok 0 'and the hint says how to make one' ;;
*) ok 1 'and the hint says how to make one' ;;
esac
for claims in '[]' '"x"' '{"email": 1}' '{"email_verified": "yes"}' \
    '{"sub": 4711}' '{"address": "Main Street"}' '{"updated_at": "now"}'; do
	refused "claims $claims" '22023: claim' \
		"SELECT oauth.create_user('dave', NULL, '$claims')"
done
refused 'claims NULL' '22023: claims must be' \
	"SELECT oauth.create_user('dave', NULL, NULL)"
is 'none of these left anything behind' 4 "SELECT count(*) FROM oauth.end_user"

# Whoever is meant, by username in any case or by sub.
session() {
	run "INSERT INTO oauth.session (session_hash, user_id, expires_at)
	SELECT sha256(convert_to('$1', 'UTF8')), oauth.user_id_of('$2'),
	       now() + interval '1 day'" >/dev/null
}
session one alice
session two alice
session three carol
is 'set_password ends the user'"'"'s sessions and no others' '2|1' \
	"SELECT oauth.set_password('aLICE', NULL), 1"
is 'and NULL takes the password away' t \
	"SELECT password_hash IS NULL FROM oauth.end_user WHERE username = 'Alice'"
is 'set_password by sub' 1 "SELECT oauth.set_password('legacy|4711', '$argon2id')"
# Somebody signs in with the old one, in a transaction that has not committed.
run "BEGIN;
	SELECT oauth.hold_password(oauth.user_id_of('carol'), '$argon2id');
	INSERT INTO oauth.session (session_hash, user_id, expires_at)
	VALUES (sha256('late'), oauth.user_id_of('carol'), now() + interval '1 day');
	SELECT pg_sleep(1);
	COMMIT;" >/dev/null &
for _ in 1 2 3 4 5 6 7 8 9 10; do
	[ "$(run "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'
		AND datname = current_database()")" = 0 ] || break
	sleep 0.1
done
is 'a sign-in under way is ended as well' '1
0' \
	"SELECT oauth.set_password('carol', '$argon2id');
	SELECT count(*) FROM oauth.sessions_of('carol')"
wait
refused 'set_password with no hash' '22023: password_hash is not' \
	"SELECT oauth.set_password('alice', 'hunter2')"
is 'set_claims replaces them' '{"name": "A"}' \
	"SELECT oauth.set_claims('alice', '{\"name\": \"A\"}') \\g /dev/null
	SELECT claims FROM oauth.end_user WHERE username = 'Alice'"
is 'the same sub in them does no harm' '{}' \
	"SELECT oauth.set_claims('carol', '{\"sub\": \"legacy|4711\"}') \\g /dev/null
	SELECT claims FROM oauth.end_user WHERE username = 'carol'"
refused 'another sub does' '22023: a sub can not be changed' \
	"SELECT oauth.set_claims('carol', '{\"sub\": \"other\"}')"
refused 'claims of the wrong type' '22023: claim "name" must be a string' \
	"SELECT oauth.set_claims('carol', '{\"name\": 1}')"
session four carol
is 'disable_user ends sessions' '0|t' \
	"SELECT oauth.disable_user('carol') \\g /dev/null
	SELECT (SELECT count(*) FROM oauth.session), disabled_at IS NOT NULL
	FROM oauth.end_user WHERE username = 'carol'"
is 'disabling twice keeps the first time' t \
	"SELECT disabled_at AS first FROM oauth.end_user WHERE username = 'carol' \\gset
	SELECT oauth.disable_user('carol') \\g /dev/null
	SELECT disabled_at = :'first' FROM oauth.end_user WHERE username = 'carol'"
is 'enable_user' t "SELECT oauth.enable_user('carol') \\g /dev/null
	SELECT disabled_at IS NULL FROM oauth.end_user WHERE username = 'carol'"
is 'delete_user' 0 "SELECT oauth.delete_user('carol') \\g /dev/null
	SELECT count(*) FROM oauth.end_user WHERE username = 'carol'"
for call in "set_password('nobody', NULL)" "set_claims('nobody', '{}')" \
    "disable_user('nobody')" "enable_user('nobody')" "delete_user('nobody')" \
    "sign_out_everywhere('nobody')" "sessions_of('nobody')" \
    "disable_user(NULL)"; do
	refused "$call" 'P0002: no such user' "SELECT oauth.$call"
done
run "INSERT INTO oauth.end_user (username, sub) VALUES ('bob', 'robert'),
	('robert', 'x')" >/dev/null
refused 'a name that means two users is refused' '21000: "robert" is' \
	"SELECT oauth.disable_user('robert')"

# Scopes.
is 'define_scope' 'calendar|See your calendar|f' \
	"SELECT oauth.define_scope('calendar', 'See your calendar') \\g /dev/null
	SELECT * FROM oauth.scope WHERE name = 'calendar'"
is 'again: changes it' 'calendar|Read your calendar|t' \
	"SELECT oauth.define_scope('calendar', 'Read your calendar', true)
	\\g /dev/null
	SELECT * FROM oauth.scope WHERE name = 'calendar'"
for name in "''" NULL "'a b'" "'a\"b'" "'a\\b'" "'ü'" "repeat('x', 129)"; do
	refused "scope named $name" '22023: a scope.s name must' \
		"SELECT oauth.define_scope($name, 'x')"
done
for text in "''" NULL "' '" "E'a\\nb'" "repeat('x', 201)"; do
	refused "scope described as $text" '22023: a scope.s description must' \
		"SELECT oauth.define_scope('x', $text)"
done
refused 'is_default NULL' '22023: is_default' \
	"SELECT oauth.define_scope('x', 'y', NULL)"
is 'drop_scope takes it from clients and consents, and no like-named one' \
	'calendars|calendars x' \
	"SELECT oauth.define_scope('calendars', 'All') \\g /dev/null
	SELECT oauth.change_client('app', '{\"scope\": \"calendar calendars\"}')
	\\g /dev/null
	INSERT INTO oauth.consent (user_id, client_id, scope)
	VALUES (oauth.user_id_of('alice'), 'app', 'calendars calendar x');
	SELECT oauth.drop_scope('calendar') \\g /dev/null
	SELECT c.scope, k.scope FROM oauth.client c JOIN oauth.consent k USING (client_id)"
refused 'drop_scope: unknown' 'P0002: no such scope: "calendar"' \
	"SELECT oauth.drop_scope('calendar')"

is 'local_settings makes the throttle generous' '100000|1' \
	"SELECT oauth.local_settings() \\g /dev/null
	SELECT least(account_burst, address_burst), extract(epoch FROM
	greatest(account_interval, address_interval) * 1000)::integer
	FROM oauth.setting"

done_testing
