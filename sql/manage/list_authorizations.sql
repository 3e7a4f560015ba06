-- list_authorizations.sql - what a user granted, or what was granted to a
-- client, newest first.
--
--   psql "$POSTERN_ADMIN_DATABASE" -v of="$DEMO_USER" \
--       -f sql/manage/list_authorizations.sql

\set ON_ERROR_STOP on
\set SHOW_CONTEXT never
SELECT * FROM oauth.authorizations_of(:'of');
