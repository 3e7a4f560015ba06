-- set_password.sql - set a user's password and end their sessions.
--
--   psql "$POSTERN_ADMIN_DATABASE" -v username="$DEMO_USER" \
--       -v password_hash="$(postern hash-password)" \
--       -f sql/manage/set_password.sql

\set ON_ERROR_STOP on
\set SHOW_CONTEXT never
SELECT oauth.set_password(:'username', :'password_hash') AS sessions_ended;
