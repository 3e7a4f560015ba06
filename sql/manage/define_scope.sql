-- define_scope.sql - define a scope, or change what is said of it.
--
--   psql "$POSTERN_ADMIN_DATABASE" -v name=calendar \
--       -v description='See your calendar' -f sql/manage/define_scope.sql
--
-- With -v is_default=1 it is granted where a client asks for none.

\set ON_ERROR_STOP on
\set SHOW_CONTEXT never
\if :{?is_default} \else \set is_default 0 \endif
SELECT oauth.define_scope(:'name', :'description', :'is_default') \g /dev/null
SELECT name, description, is_default FROM oauth.scope ORDER BY name;
