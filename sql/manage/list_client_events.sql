-- list_client_events.sql - what clients that register themselves did, and what
-- became of them; newest first.
--
--   psql "$POSTERN_ADMIN_DATABASE" -f sql/manage/list_client_events.sql

\set ON_ERROR_STOP on

SELECT e.at, e.what, e.client_id,
       coalesce(e.after, e.before) ->> 'client_name' AS client_name, e.who,
       e.address
  FROM oauth.client_event e
 ORDER BY e.event_id DESC
 LIMIT 100;
