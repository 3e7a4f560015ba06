-- rotate_client_secret.sql - give a client a new secret, shown this once. The
-- old one is dead at once.
--
--   psql "$POSTERN_ADMIN_DATABASE" -v client_id="$DEMO_CLIENT_ID" \
--       -f sql/manage/rotate_client_secret.sql
--
-- It never expires, unless with -v expires_at='2031-01-31'.

\set ON_ERROR_STOP on
\set SHOW_CONTEXT never
\if :{?expires_at} \else \set expires_at '' \endif
SELECT oauth.rotate_client_secret(:'client_id',
	nullif(:'expires_at', '')::timestamptz) AS client_secret;
