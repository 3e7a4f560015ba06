-- disable_client.sql - a client can do nothing any more, and its tokens are
-- dead. With -v enable=1 it can again, and those not expired live again.
--
--   psql "$POSTERN_ADMIN_DATABASE" -v client_id="$DEMO_CLIENT_ID" \
--       -f sql/manage/disable_client.sql

\set ON_ERROR_STOP on
\set SHOW_CONTEXT never
\if :{?enable}
SELECT oauth.enable_client(:'client_id') \g /dev/null
\else
SELECT oauth.disable_client(:'client_id') \g /dev/null
\endif
SELECT client_id, client_name, disabled_at FROM oauth.client
 WHERE client_id = :'client_id';
