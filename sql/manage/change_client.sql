-- change_client.sql - change some members of a client's metadata, and show
-- what it is then. null takes a member back.
--
--   psql "$POSTERN_ADMIN_DATABASE" -v client_id="$DEMO_CLIENT_ID" \
--       -v metadata='{"client_name": "Another name"}' \
--       -f sql/manage/change_client.sql
--
-- Its members have the names of RFC 7591 section 2 and OpenID Connect Dynamic
-- Client Registration section 2; docs/managing.md says what is refused.

\set ON_ERROR_STOP on
\set SHOW_CONTEXT never
SELECT oauth.change_client(:'client_id', :'metadata') \g /dev/null
SELECT jsonb_pretty(oauth.client_metadata(:'client_id'));
