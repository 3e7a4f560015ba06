-- What the person who is signed in with this cookie says to the device that
-- shows this user code. The device is no part of their session: it goes on when
-- that ends. A yes is remembered as their consent. Of two people who
-- decide at once one is heard; who says the same again, by pressing twice or
-- loading the page anew, was heard.
-- Signing out deletes the session's row, and so waits for the lock on it.
--
-- program: authorize
-- $1 bytea    HMAC of the user code
-- $2 bytea    SHA-256 of the session's cookie
-- $3 boolean  do they say yes?
WITH v AS (
	SELECT v.session_hash, v.user_id, v.auth_time, v.acr, v.amr,
	       v.last_seen_at
	  FROM oauth.session v
	  JOIN oauth.end_user u ON u.user_id = v.user_id AND u.disabled_at IS NULL
	 CROSS JOIN oauth.setting s
	 WHERE v.session_hash = $2
	   AND v.expires_at > now()
	   AND v.last_seen_at + s.session_idle_lifetime > now()
	   FOR KEY SHARE OF v
), seen AS (
	UPDATE oauth.session o SET last_seen_at = now()
	  FROM v
	 WHERE o.session_hash = v.session_hash
	   AND v.last_seen_at < now() - interval '1 minute'
), decided AS (
	UPDATE oauth.device_code d
	   SET decision = CASE WHEN $3::boolean THEN 'allowed' ELSE 'denied' END,
	       decided_at = now(), user_id = v.user_id, auth_time = v.auth_time,
	       acr = v.acr, amr = v.amr
	  FROM v
	 WHERE d.user_code_hash = $1
	   AND d.decision IS NULL
	   AND EXISTS (SELECT FROM oauth.device_code_state q
	                WHERE q.user_code_hash = d.user_code_hash
	                  AND q.state = 'pending')
	RETURNING d.user_id, d.client_id, d.scope
), consented AS (
	INSERT INTO oauth.consent AS k (user_id, client_id, scope)
	SELECT user_id, client_id, scope FROM decided WHERE $3::boolean
	    ON CONFLICT (user_id, client_id) DO UPDATE
	   SET granted_at = now(),
	       scope = oauth.scope_union(k.scope, excluded.scope)
)
SELECT EXISTS (SELECT FROM v) AS signed_in,
       EXISTS (SELECT FROM decided) OR EXISTS (
	SELECT FROM oauth.device_code d
	  JOIN v ON v.user_id = d.user_id
	  JOIN oauth.device_code_state q ON q.user_code_hash = d.user_code_hash
	 WHERE d.user_code_hash = $1
	   AND d.decision = CASE WHEN $3::boolean THEN 'allowed' ELSE 'denied' END
	   AND q.state IN ('live', 'used', 'denied')) AS decided
