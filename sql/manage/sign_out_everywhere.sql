-- sign_out_everywhere.sql - end a user's sessions and revoke everything they
-- granted. They can sign in again.
--
--   psql "$POSTERN_ADMIN_DATABASE" -v username="$DEMO_USER" \
--       -f sql/manage/sign_out_everywhere.sql

\set ON_ERROR_STOP on
\set SHOW_CONTEXT never
SELECT sessions AS sessions_ended, authorizations AS authorizations_revoked
  FROM oauth.sign_out_everywhere(:'username');
