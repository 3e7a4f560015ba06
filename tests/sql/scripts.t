#!/bin/sh
# scripts.t - the psql scripts in sql/manage, as a person calls them.
. "$(dirname "$0")/scratch.sh"
scratch_start
cd "$root" || exit
sql -f tests/sql/tokens.sql >/dev/null

# script NAME REGEX FILE [ARGUMENTS]: what psql answers, as a person sees it.
script() {
	name=$1
	wanted=$2
	file=$3
	shift 3
	got=$(psql -X "$conninfo" "$@" -f "sql/manage/$file" 2>&1 </dev/null) &&
		printf '%s\n' "$got" | tr '\n' ' ' | grep -Eq -- "$wanted"
	status=$?
	ok $status "$file: $name"
	[ $status = 0 ] || found "$got"
}

# fails NAME REGEX FILE [ARGUMENTS]: an error, a hint, and no more.
fails() {
	name=$1
	wanted=$2
	file=$3
	shift 3
	if got=$(psql -X "$conninfo" "$@" -f "sql/manage/$file" 2>&1 </dev/null); then
		ok 1 "$file: $name"
	else
		printf '%s\n' "$got" | grep -Eq -- "ERROR:  $wanted"
		ok $? "$file: $name"
		case $got in
		*CONTEXT*) ok 1 "$file: the error is short" ;;
		*HINT*) ok 0 "$file: the error is short" ;;
		*) ok 1 "$file: the error has a hint" ;;
		esac
	fi
}

script 'with a redirect_uri' 'client_secret.*\| pcs_[A-Za-z0-9_-]{43}' \
	register_client.sql -v client_name="O'Brien's \"app\"" \
	-v redirect_uri='https://app.example/cb'
is '  quotes arrive' "O'Brien's \"app\"|{authorization_code,refresh_token}" \
	"SELECT client_name, grant_types FROM oauth.client
	WHERE client_name LIKE 'O%'"
script 'without: for itself' 'pcs_' register_client.sql -v client_name=Job
is '  as it should be' '{client_credentials}|{}' \
	"SELECT grant_types, redirect_uris FROM oauth.client WHERE client_name = 'Job'"
script 'public, with more metadata' '\| +\(1 row\)' register_client.sql \
	-v redirect_uri='com.example.app:/cb' -v public=1 -v scope=profile \
	-v metadata='{"client_id": "native", "software_id": "x"}'
is '  as it should be' 'none|profile|x' \
	"SELECT token_endpoint_auth_method, scope, software_id
	FROM oauth.client WHERE client_id = 'native'"
fails 'a bad redirect_uri' 'invalid_redirect_uri' register_client.sql \
	-v redirect_uri='javascript:alert(1)'
fails 'an attempt to break out of quotes' 'invalid_redirect_uri' \
	register_client.sql -v redirect_uri="x'); DROP SCHEMA oauth CASCADE; --"

script 'shows what it is then' '"client_name": "Neu"' change_client.sql \
	-v client_id=native -v metadata='{"client_name": "Neu"}'
fails 'an unknown client' 'no such client' change_client.sql \
	-v client_id=nobody -v metadata='{}'
script 'disables' 'native +\| Neu +\| [0-9]' disable_client.sql -v client_id=native
script 'enables' 'native +\| Neu +\| +\(1 row\)' disable_client.sql \
	-v client_id=native -v enable=1
fails 'an unknown client' 'no such client' disable_client.sql -v client_id=nobody
script 'shows the new secret' ' pcs_' rotate_client_secret.sql -v client_id=app
script 'with an end' ' pcs_' rotate_client_secret.sql -v client_id=app \
	-v expires_at=2131-01-31
is '  that is kept' t "SELECT client_secret_expires_at > now() + interval '90 years'
	FROM oauth.client WHERE client_id = 'app'"
fails 'of a public client' 'client "native" is public' rotate_client_secret.sql \
	-v client_id=native

script 'gives the subject' 'sub +-+ +[0-9a-f-]{36} ' create_user.sql \
	-v username=carol -v password_hash="$argon2id" -v claims='{"name": "C"}'
fails 'a password in clear' 'password_hash is not an Argon2id string' \
	create_user.sql -v username=dave -v password_hash=hunter2
script 'says how many sessions ended' 'sessions_ended.* 0 ' set_password.sql \
	-v username=carol -v password_hash="$argon2id"
script 'disables' 'carol .*\| [0-9]{4}-' disable_user.sql -v username=carol
script 'enables' 'carol +\| [0-9a-f-]+ \| +\(1 row\)' disable_user.sql \
	-v username=carol -v enable=1
fails 'an unknown user' 'no such user: "nobody"' disable_user.sql -v username=nobody

script 'lists them' 'calendar +\| See your calendar +\| f' define_scope.sql \
	-v name=calendar -v description='See your calendar'
script 'a default one' 'calendar +\| See your calendar +\| t' define_scope.sql \
	-v name=calendar -v description='See your calendar' -v is_default=1

run "SELECT test.grant(1, 'alice', 'app'), test.grant(2, 'alice', 'app')" >/dev/null
script 'of a user' '2 \| alice .*1 \| alice' list_authorizations.sql -v of=alice
script 'of a client' '2 \| alice .*1 \| alice' list_authorizations.sql -v of=app
fails 'of nobody' 'neither a user nor a client' list_authorizations.sql -v of=x
script 'one' 'authorization 1 is revoked' revoke_authorizations.sql \
	-v authorization_id=1
script 'a consent' 'authorizations_revoked.* 1 ' revoke_authorizations.sql \
	-v username=alice -v client_id=app
script 'a client' 'every token of client app is revoked' \
	revoke_authorizations.sql -v client_id=app
fails 'no such' 'no such authorization: 99' revoke_authorizations.sql \
	-v authorization_id=99
script 'says how much' 'sessions_ended \| authorizations_revoked.* 0 \| +0' \
	sign_out_everywhere.sql -v username=alice

run "INSERT INTO oauth.logout_notification (client_id, sub, sid, attempts,
	last_error) VALUES ('app', 'x', 's', 3, 'HTTP status 500')" >/dev/null
script 'says what is amiss' 'App +\| x .* to be tried again .* 3 \| HTTP status 500' \
	list_logouts.sql

run "INSERT INTO oauth.client_event (client_id, what, who, address, after)
	VALUES ('mine', 'registered', 'anybody', '192.0.2.1',
	'{\"client_name\": \"Mine\"}')" >/dev/null
script 'says who came' 'registered \| mine .* Mine .* anybody \| 192.0.2.1' \
	list_client_events.sql
script 'a token, once' 'pit0_[A-Za-z0-9_-]{43}' \
	create_initial_access_token.sql
is 'for one client' 1 \
	'SELECT sum(uses_left) FROM oauth.initial_access_token'
script 'or more' 'pit0_' create_initial_access_token.sql -v uses=20 \
	-v lifetime='7 days'
is 'for so many' 21 'SELECT sum(uses_left) FROM oauth.initial_access_token'
fails 'none' 'uses must be 1 or more' create_initial_access_token.sql \
	-v uses=0

keys='{"keys": [{"kty": "OKP", "crv": "Ed25519",
	"x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}'
script 'believes a publisher' 'https://store.example \| RS256' \
	trust_software_publisher.sql -v iss=https://store.example -v jwks="$keys"
script 'and changes how' 'https://store.example \| EdDSA .*\(1 row\)' \
	trust_software_publisher.sql -v iss=https://store.example \
	-v jwks="$keys" -v alg=EdDSA
fails 'without keys' 'jwks has no keys' trust_software_publisher.sql \
	-v iss=https://store.example -v jwks='{"keys": []}'
fails 'with a private key' 'jwks holds what is no public key' trust_software_publisher.sql \
	-v iss=https://store.example -v jwks='{"keys": [{"d": "x"}]}'
fails 'by a secret' 'alg must be' trust_software_publisher.sql \
	-v iss=https://store.example -v jwks="$keys" -v alg=HS256

script 'a token by -v' '^not a token or code of this server' explain.sql \
	-v token=hunter2
got=$(echo hunter2 | psql -X "$conninfo" -f sql/manage/explain.sql 2>&1)
case $got in
*'not a token or code of this server'*) ok 0 'explain.sql: asks for it' ;;
*) ok 1 'explain.sql: asks for it'; found "$got" ;;
esac
script 'shows what was done' 'what \| rows \| note' maintain.sql

run "INSERT INTO oauth.fetched_document (uri, asked_at)
	VALUES ('https://client.example/jwks', now())" >/dev/null
script 'ends all there is' 'clients_whose_tokens_are_revoked' after_restore.sql
is '  every live token, session, code and fetched key' '0|0|0|0' \
	"SELECT (SELECT count(*) FROM oauth.access_token_state WHERE state = 'live'),
	(SELECT count(*) FROM oauth.session),
	(SELECT count(*) FROM oauth.authorization_code),
	(SELECT count(*) FROM oauth.fetched_document)"

# Every script shows its call.
for file in sql/manage/*.sql; do
	name=${file##*/}
	case $name in functions_*) continue ;; esac
	head -n 1 "$file" | grep -q -- "^-- $name - " &&
		tr '\n' ' ' <"$file" | grep -Eq "^--.*psql \"\\\$POSTERN_ADMIN_DATABASE\".*-f sql/manage/$name"
	ok $? "$name says what it is for and how it is called"
done

done_testing
