-- What became of notifications. One whose attempts are used up is given up.
-- program: authorize
-- $1 text  JSON: [{"id": ..., "error": why it failed, or null, "final": nothing
--          will change that}, ...]
UPDATE oauth.logout_notification n
   SET delivered_at = CASE WHEN r.error IS NULL THEN now() END,
       failed_at = CASE WHEN r.error IS NOT NULL
           AND (r.final OR n.attempts >= 10) THEN now() END,
       last_error = r.error
  FROM jsonb_to_recordset($1::text::jsonb)
       AS r (id bigint, error text, final boolean)
 WHERE n.notification_id = r.id
   AND n.delivered_at IS NULL
RETURNING n.notification_id, n.client_id, n.failed_at IS NOT NULL AS failed
