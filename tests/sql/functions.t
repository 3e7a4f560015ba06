#!/bin/sh
# functions.t - what holds for every function, and for every file of them.
. "$(dirname "$0")/scratch.sh"
scratch_start

of_ours="FROM pg_proc p WHERE p.pronamespace = 'oauth'::regnamespace"

is 'no function can be executed by PUBLIC' '' \
	"SELECT p.oid::regprocedure $of_ours AND EXISTS (SELECT FROM aclexplode(
	coalesce(p.proacl, acldefault('f', p.proowner))) a WHERE a.grantee = 0)"
is 'every function of sql/manage has a fixed search_path' '' \
	"SELECT p.oid::regprocedure $of_ours AND NOT coalesce(p.proconfig::text
	LIKE '%search_path=pg_catalog, pg_temp%', false) AND p.proname NOT IN
	('account_key', 'access_token_slot', 'refresh_token_slot',
	'authorization_code_slot', 'subject_for', 'claims_for', 'default_scope',
	'narrowed_scope')"
is 'and a comment' '' \
	"SELECT p.oid::regprocedure $of_ours AND obj_description(p.oid, 'pg_proc')
	IS NULL AND p.proname NOT IN ('account_key', 'access_token_slot',
	'refresh_token_slot', 'authorization_code_slot', 'forget_client')"
is 'SECURITY DEFINER are eleven, and each says why' 'dynamic_delete
dynamic_read
dynamic_register
dynamic_replace
end_session
end_sessions
forget_client
hold_password
join_session
maintain
may_register' "SELECT p.proname $of_ours AND p.prosecdef ORDER BY 1"
is 'the schema is nobody else'"'"'s' f \
	"SELECT has_schema_privilege('public', 'oauth', 'USAGE')"
is 'nor is any table PUBLIC'"'"'s to read' '' \
	"SELECT c.oid::regclass FROM pg_class c
	WHERE c.relnamespace = 'oauth'::regnamespace AND EXISTS (SELECT FROM
	aclexplode(c.relacl) a WHERE a.grantee = 0)"

# Every function is shown in use above its definition.
for file in "$root"/sql/manage/functions_*.sql; do
	name=${file##*/}
	case $(head -n 1 "$file") in
	"-- $name - "*) ok 0 "$name opens with what it is for" ;;
	*) ok 1 "$name opens with what it is for" ;;
	esac
	missing=$(awk '
		/^--   .*oauth\.[a-z_0-9]+\(/ { shown = shown $0 "\n" }
		/^CREATE OR REPLACE FUNCTION/ {
			match($0, /oauth\.[a-z_0-9]+/)
			name = substr($0, RSTART, RLENGTH)
			if (index(shown, name "(") == 0) print name
			shown = ""
		}' "$file")
	[ -z "$missing" ]
	ok $? "$name shows a call of each function${missing:+, but not of $missing}"
	got=$(sql -f "$file")
	[ -z "$got" ]
	ok $? "$name can be run again"
	[ -z "$got" ] || found "$got"
done
is 'which leaves the rights as they were' t \
	"SELECT has_function_privilege('postern_token', 'oauth.maintain()', 'EXECUTE')
	AND has_function_privilege('postern_token',
	'oauth.access_token_slot(timestamptz)', 'EXECUTE')"

# A caller's search_path can not put something of theirs in between.
is 'functions look nowhere but where they should' t \
	"CREATE SCHEMA evil;
	CREATE FUNCTION evil.sha256(bytea) RETURNS bytea LANGUAGE sql AS
	\$\$ SELECT '\\x00'::bytea \$\$;
	CREATE FUNCTION evil.gen_random_uuid() RETURNS uuid LANGUAGE sql AS
	\$\$ SELECT '00000000-0000-0000-0000-000000000000'::uuid \$\$;
	SET search_path = evil, pg_catalog;
	SELECT oauth.new_client_secret() <> oauth.new_client_secret()"

done_testing
