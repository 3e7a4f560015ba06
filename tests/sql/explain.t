#!/bin/sh
# explain.t - oauth.explain() tells every state apart.
. "$(dirname "$0")/scratch.sh"
scratch_start
sql -f "$root/tests/sql/tokens.sql" >/dev/null
run "SELECT test.grant(1, 'alice', 'app'), test.grant(2, 'alice', 'app');
	UPDATE oauth.authorization_grant SET revoked_at = now() - interval '3 hours',
	revoked_why = 'refresh token used again' WHERE authorization_id = 2" >/dev/null

# explains NAME REGEX MAKE [CHANGE]: of the credential that MAKE gives, after
# CHANGE.
explains() {
	like "$1" "$2" "SELECT $3 AS text \\gset
		${4:-}
		SELECT oauth.explain(:'text')"
}

when='[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:+]+'

explains 'a live access token' "^access token of client app for user alice, scope \"profile\", authorization 1, issued $when, [0-9]+ seconds ago, expires $when, in (59|60) minutes: good\$" \
	"test.access('a1', 'app', 'alice', 1)"
explains 'a client'"'"'s own' '^access token of client app for itself, scope "profile", issued .*: good$' \
	"test.access('a2', 'app', NULL, NULL)"
explains 'expired' "refused: it expired $when, 5 minutes ago\$" \
	"test.access('a3', 'app', 'alice', 1, '-5 minutes')"
explains 'revoked' "refused: it was revoked $when, 2 hours ago\$" \
	"test.access('a4', 'app', 'alice', 1)" \
	"UPDATE oauth.access_token SET revoked_at = now() - interval '2 hours'
	WHERE token_hash = sha256(test.bytes('a4'));"
explains 'under a revoked authorization' "refused: its authorization was revoked $when, 3 hours ago: refresh token used again\$" \
	"test.access('a5', 'app', 'alice', 2)"
explains 'under one that is gone' 'refused: the authorization is gone$' \
	"test.access('a6', 'app', 'alice', 99)"
explains 'its digit was changed' '^access token of client app .*: refused: the digit after "pat" was changed from [0-7] to 9; otherwise it would be good$' \
	"regexp_replace(test.access('a7', 'app', 'alice', 1), 'pat.', 'pat9')"
explains 'white space and Bearer do no harm' ': good$' \
	"E' Bearer ' || test.access('a8', 'app', 'alice', 1) || E'\\n'"

explains 'a live refresh token' '^refresh token of client app for user alice, .*in (29|30) days: good$' \
	"test.refresh('r1', 'app', 'alice', 1)"
explains 'rotated just now' "good, but used up: a successor was given for it $when, [0-9]+ seconds ago; " \
	"test.refresh('r2', 'app', 'alice', 1)" \
	"UPDATE oauth.refresh_token SET rotated_at = now()
	WHERE token_hash = sha256(test.bytes('r2'));"
explains 'used' "refused: it was used $when, 5 minutes ago, and the time for a retry is over; using it again revokes the authorization\$" \
	"test.refresh('r3', 'app', 'alice', 1)" \
	"UPDATE oauth.refresh_token SET rotated_at = now() - interval '5 minutes'
	WHERE token_hash = sha256(test.bytes('r3'));"
explains 'expired' 'refused: it expired .*, 3 days ago$' \
	"test.refresh('r4', 'app', 'alice', 1, '-3 days')"
explains 'revoked' 'refused: its authorization was revoked .*: refresh token used again$' \
	"test.refresh('r5', 'app', 'alice', 2)"

explains 'a live code' '^authorization code of client app for user alice, scope "profile", issued .*: good$' \
	"test.code('c1', 'app', 'alice')"
explains 'used' "refused: it was used $when, 4 minutes ago, and a code is good for one use\$" \
	"test.code('c2', 'app', 'alice')" \
	"UPDATE oauth.authorization_code SET redeemed_at = now() - interval '4 minutes',
	authorization_id = 1 WHERE code_hash = sha256(test.bytes('c2'));"
explains 'used twice' 'refused: it was used .*; what it bought was revoked .*, 3 hours ago: refresh token used again$' \
	"test.code('c3', 'app', 'alice')" \
	"UPDATE oauth.authorization_code SET redeemed_at = now(),
	authorization_id = 2 WHERE code_hash = sha256(test.bytes('c3'));"
explains 'expired' 'refused: it expired .*, 90 seconds ago$' \
	"test.code('c4', 'app', 'alice', '-90 seconds')"
explains 'guessed at' 'refused: it was sent with too many wrong code_verifiers' \
	"test.code('c5', 'app', 'alice')" \
	"UPDATE oauth.authorization_code SET failures = 5
	WHERE code_hash = sha256(test.bytes('c5'));"
explains 'its consent withdrawn' 'refused: the consent was withdrawn$' \
	"test.code('c6', 'app', 'bob')" \
	"DELETE FROM oauth.consent WHERE user_id = oauth.user_id_of('bob');"

explains 'a device that waits' '^device code of client app for whoever decides, scope "profile", issued .*: good, but nobody has decided yet$' \
	"test.device('d1', 'app')"
# With a session that is over it buys nothing (code_redeem.sql).
explains 'a code of a session that has ended' 'refused: the session has ended$' \
	"test.code('c7', 'app', 'alice')" \
	"UPDATE oauth.authorization_code SET scope = 'openid', sid = 'over'
	WHERE code_hash = sha256(test.bytes('c7'));"
explains 'of one whose tokens do not end with it' ': good$' \
	"test.code('c8', 'app', 'alice')" \
	"UPDATE oauth.authorization_code SET scope = 'openid offline_access',
	sid = 'over' WHERE code_hash = sha256(test.bytes('c8'));"

explains 'a person said yes' '^device code of client app for user alice, .*: good$' \
	"test.device('d2', 'app', 'alice', 'allowed')"
explains 'a person said no' '^device code of client app for user alice, .*: refused: the person said no$' \
	"test.device('d3', 'app', 'alice', 'denied')"
explains 'it has its tokens' "refused: it was used $when, 4 minutes ago, and a code is good for one use\$" \
	"test.device('d4', 'app', 'alice', 'allowed')" \
	"UPDATE oauth.device_code SET redeemed_at = now() - interval '4 minutes',
	authorization_id = 1 WHERE device_code_hash = sha256(test.bytes('d4'));"
explains 'nobody decided in time' 'for whoever decides, .*refused: it expired .*, 90 seconds ago$' \
	"test.device('d5', 'app', life => '-90 seconds')"
explains 'a device code with another digit' 'the digit after "pdc" was changed from 0 to 3; otherwise it would be good' \
	"regexp_replace(test.device('d6', 'app', 'alice', 'allowed'), 'pdc.', 'pdc3')"

# Access tokens that carry themselves.
sql >/dev/null <<'EOSQL'
CREATE FUNCTION test.part(what jsonb) RETURNS text LANGUAGE sql AS $$
	SELECT rtrim(translate(encode(convert_to(what::text, 'UTF8'), 'base64'),
		E'+/\n', '-_'), '=')
$$;
CREATE FUNCTION test.jwt(name text, change jsonb DEFAULT '{}',
	header jsonb DEFAULT '{}') RETURNS text LANGUAGE sql AS $$
	SELECT test.part('{"alg": "ES256", "typ": "at+jwt", "kid": "ours"}' || header)
		|| '.' || test.part(jsonb_strip_nulls(jsonb_build_object('iss', issuer,
		'client_id', 'app', 'scope', 'profile', 'grant_id', '1', 'jti',
		trunc(extract(epoch FROM clock_timestamp()) * 1000000) || '.' || name,
		'exp', trunc(extract(epoch FROM now())) + 600) || change)) || '.c2ln'
	  FROM oauth.setting
$$;
INSERT INTO oauth.signing_key (kid, alg, generation, public_jwk, private_jwk,
       sign_from, withdrawn_at)
VALUES ('ours', 'ES256', 1, '{}', '', now(), NULL),
       ('stolen', 'ES256', 2, '{}', '', now(), now() - interval '3 hours');
EOSQL
jwt='^access token \(a JWT\) of client app for user alice, scope "profile", authorization 1, '
explains 'a JWT' "${jwt}issued $when, [0-9]+ seconds ago, expires $when, in [0-9]+ minutes: good, if its signature is, which no SQL can verify\$" \
	"test.jwt('j1')"
explains 'of the client itself' '^access token .* of client app for itself, scope "", .*: good' \
	"test.jwt('j2', '{\"grant_id\": null, \"scope\": null}')"
explains 'expired' "refused: it expired $when, [0-9]+ (minutes|days) ago\$" \
	"test.jwt('j3', '{\"exp\": 1700000000}')"
explains 'revoked' 'refused: it was revoked$' "test.jwt('j4')" \
	"INSERT INTO oauth.revoked_access_token VALUES (sha256(convert_to(
	oauth.jwt_part(:'text', 2) ->> 'jti', 'UTF8')), now() + interval '1 hour');"
explains 'under a revoked authorization' 'refused: its authorization was revoked .*: refresh token used again$' \
	"test.jwt('j5', '{\"grant_id\": \"2\"}')"
explains 'under another client'"'"'s authorization' 'of client other for user that is gone, .*refused: the authorization is gone$' \
	"test.jwt('j6', '{\"client_id\": \"other\"}')"
explains 'its key withdrawn' "refused: the key that signed it was withdrawn $when, 3 hours ago\$" \
	"test.jwt('j7', '{}', '{\"kid\": \"stolen\"}')"
explains 'its key nobody'"'"'s' 'refused: it was not signed by a key of ours$' \
	"test.jwt('j8', '{}', '{\"kid\": \"theirs\"}')"
explains 'another issuer'"'"'s' 'refused: its issuer is another than http' \
	"test.jwt('j9', '{\"iss\": \"https://else.example\"}')"
for odd in '{"exp": "soon"}' '{"jti": "x"}' '{"client_id": null}' \
    '{"grant_id": "x"}' '{"exp": 1e300}'; do
	explains "with $odd" '^not a token or code of this server: it is a JWT' \
		"test.jwt('j10', '$odd')"
done
explains 'an ID token' '^not a token or code of this server: it is a JWT, and not as our access tokens are' \
	"test.jwt('j11', '{}', '{\"typ\": \"JWT\"}')"

for kind in access refresh; do
	explains "$kind token, client disabled" "refused: the client was disabled $when, " \
		"test.$kind('$kind x', 'app', 'alice', 1)" \
		"SELECT oauth.disable_client('app') \\g /dev/null"
	run "SELECT oauth.enable_client('app')" >/dev/null
	explains "$kind token, user disabled" 'refused: the user is disabled$' \
		"test.$kind('$kind y', 'app', 'alice', 1)" \
		"SELECT oauth.disable_user('alice') \\g /dev/null"
	run "SELECT oauth.enable_user('alice')" >/dev/null
done
explains 'all tokens of the client revoked' "refused: all tokens of the client were revoked $when, " \
	"test.access('a9', 'other', 'alice', 1)" \
	"SELECT oauth.revoke_client_tokens('other') \\g /dev/null"
explains 'the user deleted' 'for user that is gone, .*: refused: the user is gone$' \
	"test.access('a10', 'app', 'bob', 1)" \
	"SELECT oauth.delete_user('bob') \\g /dev/null"
explains 'the client deleted' '^access token of client other for user alice, .*: refused: the client is gone$' \
	"test.access('a11', 'other', 'alice', 1)" \
	"SELECT oauth.delete_client('other') \\g /dev/null"

# What is none, or unknown.
is 'every credential is told good or refused, nothing is NULL' 0 \
	"SELECT count(*) FROM (SELECT oauth.explain(test.text('pat', slot, name)) AS e
	FROM generate_series(0, 7) AS slot, generate_series(1, 11) AS i,
	LATERAL (SELECT 'a' || i AS name) AS n) AS all_of_them
	WHERE e IS NULL OR e !~ ': (good|refused)'"
unknown='that is not known here: refused'
explains 'never issued' "^access token $unknown" "test.text('pat', 0, 'never')"
explains 'a device code that was never issued' "^device code $unknown" \
	"test.text('pdc', 0, 'never')"
explains 'the wrong kind' "^refresh token $unknown" "test.text('prt', 0, 'a1')"
none='^not a token or code of this server: '
explains 'empty' "${none}it is empty" "''"
explains 'NULL' "${none}it is empty" "coalesce(NULL, '')"
explains 'cut' "${none}it has 47 characters, ours have 48" \
	"left(test.text('pat', 0, 'a1'), 47)"
explains 'joined' "${none}it has 49 characters" "test.text('pat', 0, 'a1') || 'A'"
explains 'its last bits changed' "${none}its last character was changed" \
	"'pat0_' || repeat('A', 42) || 'B'"
explains 'a character changed' "${none}it has a character" \
	"'pat0_' || repeat('A', 42) || '+'"
explains 'a JWT' "${none}it is a JWT" "'eyJhbGciOiJub25lIn0.e30.'"
explains 'a cookie' "${none}it may be a cookie" "repeat('A', 43)"
explains 'anything' "${none}ours begin with" "'hunter2'"
explains 'a kind in capitals' "${none}ours begin" "upper(test.text('pat', 0, 'a1'))"

# What clients register themselves with.
run "UPDATE oauth.setting SET registration = 'token';
	UPDATE oauth.client SET registration_access_token_hash =
	sha256(test.bytes('p1')) WHERE client_id = 'app'" >/dev/null
explains 'an initial access token' "^initial access token, expires $when, in 24 hours: good for 3 more\$" \
	"oauth.create_initial_access_token(3, '25 hours')"
explains 'used up' '^initial access token, .*: refused: it is used up$' \
	"oauth.create_initial_access_token()" \
	"UPDATE oauth.initial_access_token SET uses_left = 0;"
explains 'expired' '^initial access token, .*: refused: it has expired$' \
	"oauth.create_initial_access_token()" \
	"UPDATE oauth.initial_access_token SET expires_at = now();"
explains 'never issued' "^initial access token $unknown" \
	"test.text('pit', 0, 'never')"
explains 'a registration access token' '^registration access token of client app: good$' \
	"test.text('prg', 0, 'p1')"
explains 'with another digit' '^refused: the digit after "prg" was changed from 0 to 3; otherwise: registration access token of client app: good$' \
	"test.text('prg', 3, 'p1')"
explains 'of a disabled client' "client app: refused: the client was disabled $when, " \
	"test.text('prg', 0, 'p1')" "SELECT oauth.disable_client('app') \\g /dev/null"
explains 'with registration off' 'client app: refused: registration is off$' \
	"test.text('prg', 0, 'p1')" "UPDATE oauth.setting SET registration = 'off';
	SELECT oauth.enable_client('app') \\g /dev/null"
explains 'an initial one' '^initial access token, .*: refused: registration is off$' \
	"oauth.create_initial_access_token()"

# Client secrets.
explains 'a client secret' '^client secret of client app: good for client_secret_basic$' \
	"oauth.rotate_client_secret('app')"
explains 'rotated' '^client secret of no client' \
	"oauth.rotate_client_secret('app')" \
	"SELECT oauth.rotate_client_secret('app') \\g /dev/null"
run "SELECT oauth.register_client('{\"client_id\": \"sealed\",
	\"grant_types\": [\"client_credentials\"],
	\"token_endpoint_auth_method\": \"client_secret_jwt\"}')" >/dev/null
explains 'one that may be sealed' '^client secret of no client: .*; or it is for client_secret_jwt: whose those are, no SQL can tell$' \
	"oauth.new_client_secret()"
explains 'expired' "^client secret of client app: refused: it expired $when, " \
	"oauth.rotate_client_secret('app', now() - interval '1 day')"
explains 'of a disabled client' '^client secret of client app: refused: the client was disabled' \
	"oauth.rotate_client_secret('app')" \
	"SELECT oauth.disable_client('app') \\g /dev/null"

is 'it takes no secret apart that it does not know' '' \
	"SELECT oauth.explain('pcs_hunter2') AS e \\gset
	SELECT substring(:'e' FROM 'hunter2')"
is 'and writes nothing: it is STABLE' s \
	"SELECT provolatile FROM pg_proc WHERE oid = 'oauth.explain(text)'::regprocedure"

done_testing
