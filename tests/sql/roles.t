#!/bin/sh
# roles.t - each program can do what it must, and nothing else.
#
# Which statement is whose stands in its file: "-- program: token resource".
# EXPLAIN starts a statement without running it, and that is when most rights
# are checked; the others when it runs, if only with NULL for all parameters.
. "$(dirname "$0")/scratch.sh"
scratch_start

# NAME as it is prepared, and its :slot.
prepare_one() {
	printf '\\set slot %s\nPREPARE %s AS\n' "$2" "$1"
	sed 's/;[[:blank:]]*$//' "$file"
	printf ';\n'
	# shellcheck disable=SC2013
	for program in $(sed -n 's/^-- program: //p' "$file"); do
		echo "INSERT INTO statement VALUES ('$1', '$program');"
	done
}

# PREPARE every statement, and a table that says whose each is.
prepare=$dir/prepare.sql
{
	echo "CREATE TEMPORARY TABLE statement (name text, program text);"
	echo "SET plan_cache_mode = force_generic_plan;"
	for file in "$root"/sql/queries/*.sql; do
		name=${file##*/}
		name=${name%.sql}
		slots=$(sed -n 's/^-- slots: //p' "$file")
		for slot in $(seq 0 $((${slots:-1} - 1))); do
			prepare_one "$name${slots:+_$slot}" "$slot"
		done
	done
	# May role run it? Error or 'yes'.
	cat <<-'SQL'
	CREATE FUNCTION pg_temp.may(role text, name text) RETURNS text
	LANGUAGE plpgsql AS $$
	DECLARE
		call text := (SELECT format('EXECUTE %I %s', may.name,
			'(' || string_agg('NULL', ',') || ')')
			FROM pg_prepared_statements p, unnest(p.parameter_types)
			WHERE p.name = may.name);
	BEGIN
		EXECUTE format('SET LOCAL ROLE %I', role);
		EXECUTE 'EXPLAIN ' || call;
		EXECUTE call;
		RESET ROLE;
		RETURN 'yes';
	EXCEPTION
	WHEN insufficient_privilege THEN RETURN SQLERRM;
	WHEN integrity_constraint_violation THEN RETURN 'yes';
	END $$;
	SQL
} >"$prepare"

got=$(sql -f "$prepare")
[ -z "$got" ]
ok $? 'every statement can be prepared'
[ -z "$got" ] || found "$got"

verdicts=$({
	cat "$prepare"
	echo "SELECT program, name, pg_temp.may('postern_' || program, name)
		FROM statement ORDER BY 1, 2;"
} | sql)
while IFS='|' read -r program name verdict; do
	[ "$verdict" = yes ]
	status=$?
	ok $status "$program may run $name"
	[ $status = 0 ] || found "$verdict"
done <<EOV
$verdicts
EOV

# Everything that a role was given is needed by one of its statements: taken
# away, one of them fails. (A sequence is looked at when a statement runs, and
# so not here.)
superfluous() {
	cat "$prepare" - <<-'SQL'
	CREATE FUNCTION pg_temp.is_needed(role text, revoke text) RETURNS boolean
	LANGUAGE plpgsql AS $$
	DECLARE needed boolean := false;
	BEGIN
		EXECUTE revoke;
		needed := EXISTS (SELECT FROM statement s
			WHERE 'postern_' || s.program = role
			AND pg_temp.may(role, s.name) <> 'yes');
		RAISE 'undo it';
	EXCEPTION WHEN raise_exception THEN
		RETURN needed;
	END $$;
	BEGIN;
	-- As an operator's is: nothing that it is called with is optimized away.
	CREATE OR REPLACE FUNCTION oauth.claims_for(sub text, client_id text,
		scope text, target text) RETURNS jsonb LANGUAGE plpgsql STABLE AS
		$$ BEGIN RETURN '{}'; END $$;
	-- What was given of a whole table is looked at column by column.
	DO $$
	DECLARE given record;
	BEGIN
		FOR given IN
			SELECT a.privilege_type AS what, c.oid::regclass AS rel,
			       a.grantee::regrole AS role,
			       (SELECT string_agg(quote_ident(attname), ', ')
			          FROM pg_attribute t WHERE t.attrelid = c.oid
			           AND attnum > 0 AND NOT attisdropped) AS columns
			  FROM pg_class c, aclexplode(c.relacl) a
			 WHERE c.relnamespace = 'oauth'::regnamespace
			   AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition
			   AND a.grantee::regrole::text LIKE 'postern\_%'
			   AND a.privilege_type IN ('SELECT', 'INSERT', 'UPDATE')
		LOOP
			EXECUTE format('REVOKE %s ON %s FROM %s', given.what,
				given.rel, given.role);
			EXECUTE format('GRANT %s (%s) ON %s TO %s', given.what,
				given.columns, given.rel, given.role);
		END LOOP;
	END $$;
	SELECT revoke FROM (
		SELECT a.grantee::regrole::text AS role, format('REVOKE %s ON %s FROM %s',
		       a.privilege_type, c.oid::regclass, a.grantee::regrole) AS revoke
		  FROM pg_class c, aclexplode(c.relacl) a
		 WHERE c.relnamespace = 'oauth'::regnamespace AND c.relkind IN ('r', 'p', 'v')
		 UNION ALL
		SELECT x.grantee::regrole::text, format('REVOKE %s (%I) ON %s FROM %s',
		       x.privilege_type, a.attname, a.attrelid::regclass, x.grantee::regrole)
		  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid,
		       aclexplode(a.attacl) x
		 WHERE c.relnamespace = 'oauth'::regnamespace
		 UNION ALL
		SELECT a.grantee::regrole::text, format('REVOKE EXECUTE ON FUNCTION %s FROM %s',
		       p.oid::regprocedure, a.grantee::regrole)
		  FROM pg_proc p, aclexplode(p.proacl) a
		 WHERE p.pronamespace = 'oauth'::regnamespace) AS rights
	 WHERE role LIKE 'postern\_%' AND revoke ~ :'which'
	   AND NOT pg_temp.is_needed(role, revoke)
	 ORDER BY 1;
	ROLLBACK;
	SQL
}
nothing_superfluous() {	# nothing_superfluous WHAT WHICH: a pattern
	got=$(superfluous | sql -v which="$2")
	[ -z "$got" ]
	ok $? "$1"
	[ -z "$got" ] || found "$got"
}
nothing_superfluous 'no right is superfluous' .

# What must not be, as attempts.
while IFS='|' read -r role statement; do
	refused "$role may not: $statement" \
		'42501: (permission denied|must be owner)' \
		"SET ROLE postern_$role; $statement"
done <<'ATTEMPTS'
token|SELECT password_hash FROM oauth.end_user
token|SELECT username FROM oauth.end_user
token|SELECT * FROM oauth.session
token|INSERT INTO oauth.consent (user_id, client_id, scope) VALUES (1, 'x', '')
token|INSERT INTO oauth.authorization_code DEFAULT VALUES
token|UPDATE oauth.client SET disabled_at = NULL
token|UPDATE oauth.access_token SET expires_at = now()
token|UPDATE oauth.access_token SET scope = 'all'
token|UPDATE oauth.refresh_token SET expires_at = now()
token|UPDATE oauth.authorization_code SET expires_at = now()
token|UPDATE oauth.setting SET issuer = 'https://evil.example'
token|UPDATE oauth.device_code SET decision = 'allowed', user_id = 1
token|UPDATE oauth.device_code SET expires_at = now()
token|DELETE FROM oauth.device_code
token|UPDATE oauth.client SET jwks = '{}'
token|UPDATE oauth.client SET client_secret_verifier = NULL
token|SELECT * FROM oauth.used_jti
token|DELETE FROM oauth.used_jti
token|DELETE FROM oauth.fetched_document
token|INSERT INTO oauth.trusted_issuer (iss, jwks_uri, alg) VALUES ('x', 'https://x', 'RS256')
token|UPDATE oauth.trusted_issuer SET without_consent = true
authorize|SELECT client_secret_sealed FROM oauth.client
token|DELETE FROM oauth.access_token
token|TRUNCATE oauth.access_token
token|SELECT * FROM oauth.access_token_0
authorize|SELECT client_secret_verifier FROM oauth.client
authorize|SELECT token_hash FROM oauth.access_token
authorize|SELECT * FROM oauth.refresh_token
authorize|SELECT code_hash FROM oauth.authorization_code
authorize|SELECT device_code_hash FROM oauth.device_code
authorize|SELECT * FROM oauth.device_code_state
authorize|UPDATE oauth.device_code SET redeemed_at = NULL
authorize|UPDATE oauth.device_code SET scope = 'all'
authorize|INSERT INTO oauth.device_code DEFAULT VALUES
authorize|UPDATE oauth.end_user SET password_hash = NULL
authorize|UPDATE oauth.authorization_grant SET revoked_at = NULL
authorize|UPDATE oauth.authorization_code SET redeemed_at = NULL
authorize|UPDATE oauth.client SET redirect_uris = '{https://evil.example/cb}'
authorize|DELETE FROM oauth.sign_in_throttle
authorize|DELETE FROM oauth.consent
resource|SELECT * FROM oauth.access_token
resource|SELECT * FROM oauth.end_user
resource|SELECT * FROM oauth.client
resource|SELECT * FROM oauth.device_code_state
resource|SELECT * FROM oauth.refresh_token_state
resource|UPDATE oauth.access_token SET scope = 'all'
resource|DELETE FROM oauth.access_token
resource|INSERT INTO oauth.access_token DEFAULT VALUES
resource|INSERT INTO oauth.session DEFAULT VALUES
resource|CREATE TABLE oauth.mine ()
metadata|SELECT * FROM oauth.access_token_state
metadata|SELECT * FROM oauth.refresh_token
metadata|SELECT * FROM oauth.end_user
metadata|SELECT * FROM oauth.client
metadata|UPDATE oauth.setting SET issuer = 'https://evil.example'
ATTEMPTS
for role in authorize token resource metadata; do
	while read -r call; do
		refused "$role may not call $call" '42501: permission denied for function' \
			"SET ROLE postern_$role; SELECT oauth.$call"
	done <<-'CALLS'
	register_client('{}')
	rotate_client_secret('x')
	trust_issuer('x', '{}')
	create_user('x', NULL)
	set_password('x', NULL)
	explain('x')
	local_settings()
	sign_out_everywhere('x')
	CALLS
	is "$role writes to no table but where it must" f \
		"SELECT has_table_privilege('postern_$role', 'oauth.setting', 'UPDATE')
		OR has_table_privilege('postern_$role', 'oauth.scope', 'INSERT')
		OR has_schema_privilege('postern_$role', 'oauth', 'CREATE')
		OR (SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls
		    FROM pg_roles WHERE rolname = 'postern_$role')"
done
is 'resource and metadata write nothing at all' '' \
	"SELECT c.oid::regclass, a.privilege_type FROM pg_class c, aclexplode(c.relacl) a
	WHERE a.grantee IN ('postern_resource'::regrole, 'postern_metadata'::regrole)
	AND a.privilege_type <> 'SELECT'"
is 'token and authorize number authorizations' 't|t' \
	"SELECT has_sequence_privilege('postern_token', 'oauth.authorization_id', 'USAGE'),
	has_sequence_privilege('postern_authorize', 'oauth.authorization_id', 'USAGE')"

# The password grant is a matter of two scripts.
may_sign_in() {
	{
		cat "$prepare"
		echo "SELECT pg_temp.may('postern_token', 'sign_in_begin')"
	} | sql
}
offered="SELECT has_column_privilege('postern_token', 'oauth.end_user',
	'password_hash', 'SELECT')"
rights="SELECT md5(string_agg(concat(c.relacl, a.attacl, p.proacl), ''
	ORDER BY c.relname, a.attname, p.proname))
	FROM (VALUES ('end_user'), ('sign_in_throttle')) AS t (name)
	JOIN pg_class c ON c.relname = t.name
	 AND c.relnamespace = 'oauth'::regnamespace
	JOIN pg_attribute a ON a.attrelid = c.oid
	JOIN pg_proc p ON p.proname = 'account_key'"
before=$(run "$rights")
case $(may_sign_in) in
'permission denied'*) ok 0 'token can not sign people in' ;;
*) ok 1 'token can not sign people in' ;;
esac
is 'and the metadata document says so' f "$offered"
is 'allow_password_grant.sql lets it' '' \
	"\\i '$root/sql/manage/allow_password_grant.sql'"
[ "$(may_sign_in)" = yes ]
ok $? 'token can sign people in'
is 'and the metadata document says so' t "$offered"
prepare_token=$dir/prepare_token.sql
{
	cat "$prepare"
	echo "INSERT INTO statement VALUES ('sign_in_begin', 'token');"
} >"$prepare_token"
prepare=$prepare_token
nothing_superfluous 'none of these rights is superfluous' \
	'(end_user|setting|sign_in_throttle|account_key).* FROM postern_token'
is 'roles.sql, run again, does not take them away' yes \
	"\\i '$root/sql/roles.sql'
	\\i '$prepare'
	SELECT pg_temp.may('postern_token', 'sign_in_begin')"
is 'but it does take away what an earlier version gave' 'f|f|t' \
	"GRANT SELECT ON oauth.access_token_state TO postern_resource;
	GRANT SELECT (sub) ON oauth.device_code_state TO postern_metadata;
	\\i '$root/sql/roles.sql'
	SELECT has_column_privilege('postern_resource',
		'oauth.access_token_state', 'user_id', 'SELECT'),
	has_any_column_privilege('postern_metadata', 'oauth.device_code_state',
		'SELECT'),
	has_column_privilege('postern_resource',
		'oauth.access_token_state', 'sub', 'SELECT')"
is 'forbid_password_grant.sql undoes it' "$before" \
	"\\i '$root/sql/manage/forbid_password_grant.sql'
	$rights"

done_testing
