-- revoke_authorizations.sql - take back what was granted: one authorization by
-- its number, all between a user and a client, or all of a client.
--
--   psql "$POSTERN_ADMIN_DATABASE" -v authorization_id=17 \
--       -f sql/manage/revoke_authorizations.sql
--   psql "$POSTERN_ADMIN_DATABASE" -v username="$DEMO_USER" \
--       -v client_id="$DEMO_CLIENT_ID" -f sql/manage/revoke_authorizations.sql
--   psql "$POSTERN_ADMIN_DATABASE" -v client_id="$DEMO_CLIENT_ID" \
--       -f sql/manage/revoke_authorizations.sql
--
-- All of a user: sign_out_everywhere.sql.

\set ON_ERROR_STOP on
\set SHOW_CONTEXT never
\if :{?authorization_id}
SELECT oauth.revoke_authorization(:'authorization_id') \g /dev/null
\echo authorization :authorization_id is revoked
\elif :{?username}
SELECT oauth.revoke_consent(:'username', :'client_id')
	AS authorizations_revoked;
\else
SELECT oauth.revoke_client_tokens(:'client_id') \g /dev/null
\echo every token of client :client_id is revoked
\endif
