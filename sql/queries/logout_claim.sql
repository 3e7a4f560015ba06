-- Take the notifications that are due, and nobody else does. Each is put off
-- before it is tried, so that one whose process ends meanwhile is tried again;
-- the gaps grow, and the tenth and last attempt is 21 hours after the first.
-- What is new comes before what has failed already.
-- program: authorize
WITH due AS (
	SELECT n.notification_id
	  FROM oauth.logout_notification n
	 WHERE n.delivered_at IS NULL
	   AND n.failed_at IS NULL
	   AND n.next_attempt_at <= now()
	 ORDER BY n.attempts, n.next_attempt_at
	 LIMIT 8
	   FOR UPDATE SKIP LOCKED
), claimed AS (
	UPDATE oauth.logout_notification n
	   SET attempts = n.attempts + 1,
	       next_attempt_at = now()
	           + interval '30 seconds' * power(2.5, n.attempts)
	  FROM due
	 WHERE n.notification_id = due.notification_id
	RETURNING n.notification_id, n.client_id, n.sub, n.sid
)
SELECT n.notification_id, n.client_id, n.sub, n.sid,
       c.backchannel_logout_uri, s.issuer,
       floor(extract(epoch FROM now()))::bigint AS now,
       array_to_string(s.outgoing_networks, ' ') AS networks,
       s.outgoing_ca_file, k.alg, k.kid, k.private_jwk
  FROM claimed n
 CROSS JOIN oauth.setting s
  LEFT JOIN oauth.client c
         ON c.client_id = n.client_id AND c.disabled_at IS NULL
  LEFT JOIN oauth.client_signing_key k
         ON k.client_id = n.client_id AND k.purpose = 'id_token'
