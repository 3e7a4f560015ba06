-- list_logouts.sql - the clients that were to hear of the end of a session
-- (back-channel logout), and whether they have; newest first.
--
--   psql "$POSTERN_ADMIN_DATABASE" -f sql/manage/list_logouts.sql

\set ON_ERROR_STOP on

SELECT notification_id, coalesce(client_name, client_id) AS client, sub,
       created_at, state, at, attempts, last_error
  FROM oauth.logout_notification_state
 ORDER BY notification_id DESC
 LIMIT 100;
