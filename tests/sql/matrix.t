#!/bin/sh
# matrix.t - everything that a role could try, tried.
#
# Each program's role on each table, view, column, sequence and function of
# ours: what is not refused is in roles.matrix, and nothing else.  That all of
# that is needed, roles.t has found out from sql/queries.  matrix.t --write makes
# the file anew, for which a change in sql/roles.sql is read as a change there.
. "$(dirname "$0")/scratch.sh"
scratch_start
file=$root/tests/sql/roles.matrix

# May role do that?  Nothing comes of it: no statement has a row to change, and
# what it has done is undone.
cat >"$dir/try.sql" <<'SQL'
CREATE FUNCTION pg_temp.tried(role text, statement text) RETURNS text
LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('SET LOCAL ROLE %I', role);
	BEGIN
		EXECUTE statement;
		RAISE 'undo it' USING ERRCODE = 'P0099';
	EXCEPTION
	WHEN SQLSTATE 'P0099' THEN RETURN 'done';
	WHEN insufficient_privilege THEN RETURN 'refused';
	-- Of a view that can not be changed, a trigger's function, ...
	WHEN object_not_in_prerequisite_state OR feature_not_supported
	  OR wrong_object_type OR generated_always THEN RETURN 'impossible';
	-- It went on to what the statement does.
	WHEN OTHERS THEN RETURN 'done';
	END;
END $$;

CREATE TEMPORARY TABLE role AS
SELECT rolname AS role FROM pg_roles WHERE rolname LIKE 'postern\_%';
CREATE TEMPORARY TABLE attempt AS
-- Of each table and view, column by column.
SELECT c.oid::regclass::text AS thing, r.what, a.attnum AS place,
       a.attname::text AS part,
       format(r.statement, a.attname, c.oid::regclass) AS statement
  FROM pg_class c
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
   AND NOT a.attisdropped,
       (VALUES ('SELECT', 'SELECT %1$I FROM %2$s WHERE false'),
               ('INSERT', 'INSERT INTO %2$s (%1$I) SELECT NULL WHERE false'),
               ('UPDATE', 'UPDATE %2$s SET %1$I = DEFAULT WHERE false'))
       AS r (what, statement)
 WHERE c.relnamespace = 'oauth'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
 UNION ALL
-- As a whole.
SELECT c.oid::regclass::text, r.what, 0, '', format(r.statement, c.oid::regclass)
  FROM pg_class c,
       (VALUES ('DELETE', 'DELETE FROM %s WHERE false'),
               ('TRUNCATE', 'TRUNCATE %s'),
               ('LOCK', 'LOCK TABLE %s IN ACCESS EXCLUSIVE MODE'),
               ('DROP', 'DROP TABLE %s'),
               ('ALTER', 'ALTER TABLE %s ADD mine integer'),
               ('TRIGGER', 'CREATE TRIGGER mine AFTER INSERT ON %s FOR EACH ROW
                            EXECUTE FUNCTION suppress_redundant_updates_trigger()'),
               ('RULE', 'CREATE RULE mine AS ON UPDATE TO %s DO INSTEAD NOTHING'),
               ('POLICY', 'CREATE POLICY mine ON %s'))
       AS r (what, statement)
 WHERE c.relnamespace = 'oauth'::regnamespace AND c.relkind IN ('r', 'p')
 UNION ALL
SELECT c.oid::regclass::text, r.what, 0, '', format(r.statement, c.oid::regclass)
  FROM pg_class c,
       (VALUES ('NEXTVAL', 'SELECT nextval(%L)'),
               ('SETVAL', 'SELECT setval(%L, 1)'),
               ('SELECT', 'SELECT last_value FROM %s'))
       AS r (what, statement)
 WHERE c.relnamespace = 'oauth'::regnamespace AND c.relkind = 'S'
 UNION ALL
SELECT p.oid::regprocedure::text, 'EXECUTE', 0, '',
       format('SELECT %s(%s)', p.oid::regproc, (
           SELECT string_agg(format('NULL::%s', t::regtype), ', ')
             FROM unnest(p.proargtypes) AS t))
  FROM pg_proc p
 WHERE p.pronamespace = 'oauth'::regnamespace AND p.prokind = 'f';
SQL

may() {
	{
		cat "$dir/try.sql"
		cat <<-'SQL'
		SET statement_timeout = '5s';
		CREATE TEMPORARY TABLE verdict AS
		SELECT r.role, a.*, pg_temp.tried(r.role, a.statement) AS verdict
		  FROM role r, attempt a;
		-- Where a program may do it with all columns, that is said shortly.
		SELECT format(E'%s\t%s\t%s%s', substr(role, 9), thing, what,
		       CASE WHEN string_agg(part, '') = '' THEN ''
		            WHEN bool_and(verdict = 'done') THEN ' all columns'
		            ELSE ' (' || string_agg(part, ', ' ORDER BY place)
		                 FILTER (WHERE verdict = 'done') || ')' END)
		  FROM verdict
		 GROUP BY role, thing, what
		HAVING bool_or(verdict = 'done')
		 ORDER BY role COLLATE "C", thing COLLATE "C", what COLLATE "C";
		SELECT '# ' || count(*) || ' attempts, ' ||
		       count(*) FILTER (WHERE verdict = 'refused') || ' of them refused'
		  FROM verdict;
		SQL
	} | sql
}

head_of_file() {
	cat <<-'END'
	# roles.matrix - what each program's role may do, and no more: made by
	# tests/sql/matrix.t --write, from attempts.  tests/sql/roles.t has it that
	# each of these rights is needed by a statement of sql/queries.
	END
}

may >"$dir/all"
grep '^#' "$dir/all"
{ head_of_file; grep -v '^#' "$dir/all"; } >"$dir/now"
if [ "${1:-}" = --write ]; then
	cp "$dir/now" "$file"
fi
changes=$(diff "$file" "$dir/now")
ok $? 'the roles may do what roles.matrix has, and nothing else'
[ -z "$changes" ] || found "$changes"

# So that a matrix that somebody wrote anew by mistake is no excuse.
never() {	# never WHAT REGEX: no line of it is like this
	lines=$(grep -Ev '^#' "$file" | grep -E -- "$2")
	[ -z "$lines" ]
	ok $? "$1"
	[ -z "$lines" ] || found "$lines"
}
tab=$(printf '\t')
never 'token reads no password' \
	"^token${tab}oauth\.end_user${tab}SELECT.*(password_hash|all columns)"
never 'authorize reads no secret of a client' \
	"^authorize${tab}oauth\.client${tab}SELECT.*(client_secret|all columns)"
never 'resource and metadata write nothing' \
	"^(resource|metadata)${tab}.*${tab}(INSERT|UPDATE|DELETE|TRUNCATE|NEXTVAL|SETVAL)"
never 'metadata reads public keys, settings, the names of scopes' \
	"^metadata${tab}oauth\.(client|end_user|session|consent|access_token|refresh_token|authorization|device|pushed|used|logout|revoked|trusted|initial|software|fetched|sign_in)"
never 'nobody but the token program sees how a secret is sealed' \
	"^(authorize|resource|metadata)${tab}oauth\.client${tab}.*client_secret"
never 'nobody changes, empties or drops a table' \
	"${tab}(DROP|ALTER|TRUNCATE|TRIGGER|RULE|POLICY)"
never 'nobody but the token program names a partition, of codes and refresh tokens' \
	"^(authorize|resource|metadata)${tab}oauth\.[a-z_]*_[0-9]+${tab}|oauth\.access_token_[0-9]"
never 'nobody sets a number back' "${tab}SETVAL"
never 'nobody writes a setting, a scope or who may publish' \
	"${tab}oauth\.(setting|scope|trusted_issuer|software_publisher|schema_migration)${tab}(INSERT|UPDATE|DELETE)"
never 'nobody deletes what was granted' \
	"${tab}oauth\.(client|end_user|consent|authorization_grant|access_token|refresh_token|authorization_code|used_jti|signing_key)${tab}DELETE"

# Beyond our own tables: another role, the server's files, other programs.  As
# the role itself, for a superuser who has become it could become another.
owner=$conninfo
as() { conninfo="$owner user=postern_$1"; }
while read -r statement; do
	for role in authorize token resource metadata; do
		as "$role"
		refused "$role may not: $statement" '(42501|0A000|55000|58P01|42704|22023)' \
			"$statement"
	done
done <<'ATTEMPTS'
CREATE TABLE oauth.mine ()
CREATE TABLE public.mine ()
CREATE TABLE pg_catalog.mine ()
CREATE TEMPORARY TABLE mine ()
CREATE VIEW oauth.mine AS SELECT 1
CREATE FUNCTION oauth.mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'
CREATE FUNCTION pg_temp.mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'
CREATE SCHEMA mine
CREATE DATABASE mine
CREATE ROLE mine
CREATE EXTENSION pgcrypto
CREATE PUBLICATION mine
CREATE EVENT TRIGGER mine ON sql_drop EXECUTE FUNCTION oauth.maintain()
CREATE FOREIGN DATA WRAPPER mine
CREATE INDEX mine ON oauth.client (client_id)
CREATE OPERATOR oauth.## (LEFTARG = text, RIGHTARG = text, FUNCTION = texteq)
ALTER SCHEMA oauth RENAME TO mine
ALTER TABLE oauth.client OWNER TO CURRENT_USER
ALTER FUNCTION oauth.create_user(text, text, jsonb) SECURITY DEFINER
ALTER ROLE CURRENT_USER SUPERUSER
ALTER ROLE postgres PASSWORD 'mine'
ALTER SYSTEM SET log_statement = 'all'
DROP SCHEMA oauth CASCADE
DROP FUNCTION oauth.maintain()
GRANT postern_token TO postern_metadata
GRANT postgres TO CURRENT_USER
COMMENT ON TABLE oauth.client IS 'mine'
SET ROLE postgres
SET SESSION AUTHORIZATION postgres
SET session_replication_role = replica
SET log_statement = 'none'
SELECT * FROM pg_authid
SELECT * FROM pg_shadow
SELECT * FROM pg_user_mapping
SELECT * FROM pg_hba_file_rules
SELECT * FROM pg_largeobject
SELECT stavalues1 FROM pg_statistic
SELECT pg_read_file('/etc/passwd')
SELECT pg_read_binary_file('/etc/passwd')
SELECT pg_ls_dir('/')
SELECT pg_stat_file('/etc/passwd')
SELECT pg_ls_logdir()
SELECT lo_import('/etc/passwd')
SELECT lo_export(0, '/tmp/mine')
SELECT pg_reload_conf()
SELECT pg_rotate_logfile()
SELECT pg_switch_wal()
SELECT pg_promote()
SELECT pg_create_restore_point('mine')
SELECT pg_create_physical_replication_slot('mine')
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'postgres'
SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE usename = 'postgres'
COPY oauth.client TO STDOUT
COPY oauth.end_user FROM STDIN
COPY (SELECT 1) TO '/tmp/mine'
COPY (SELECT 1) TO PROGRAM 'true'
COPY oauth.used_jti FROM PROGRAM 'true'
ATTEMPTS
for role in authorize token resource metadata; do
	as "$role"
	for other in authorize token resource metadata; do
		[ "$role" = "$other" ] ||
			refused "$role does not become $other" 42501 "SET ROLE postern_$other"
	done
	is "of what others run $role sees nothing" t \
		"SELECT coalesce(bool_and(query = '<insufficient privilege>'), true)
		   FROM pg_stat_activity
		  WHERE usename IS DISTINCT FROM current_user AND query <> ''"
	conninfo=$owner
	is "$role owns nothing, and is a member of nothing" 0 \
		"SELECT (SELECT count(*) FROM pg_shdepend WHERE deptype = 'o'
		 AND refobjid = 'postern_$role'::regrole) + (SELECT count(*)
		 FROM pg_auth_members WHERE member = 'postern_$role'::regrole)"
done

done_testing
