-- Issue an authorization code to whoever is signed in with this cookie,
-- remembering their consent where they just gave it.
-- Signing out deletes the session's row, and so waits for the lock on it.
--
-- program: authorize
-- $1  bytea    SHA-256 of the code
-- $2  bytea    SHA-256 of the session's cookie
-- $3  text     client_id
-- $4  text     redirect_uri
-- $5  boolean  was redirect_uri in the request?
-- $6  text     scope
-- $7  text     nonce, or NULL
-- $8  text     code_challenge, or NULL
-- $9  boolean  consent was given now
-- $10 text     the claims parameter, or NULL
-- $11 text     scope of the consent: that, and what the claims are of
-- $12 bytea    SHA-256 of the handle of a kept request, or NULL
-- $13 boolean  an ID token goes with the code: the client knows of the session
WITH s AS (
	SELECT now() + authorization_code_lifetime AS expires_at,
	       session_idle_lifetime
	  FROM oauth.setting
), v AS (
	SELECT v.session_hash, v.user_id, v.auth_time, v.acr, v.amr, v.sid,
	       v.last_seen_at
	  FROM oauth.session v
	  JOIN oauth.end_user u ON u.user_id = v.user_id AND u.disabled_at IS NULL
	 CROSS JOIN s
	 WHERE v.session_hash = $2
	   AND v.expires_at > now()
	   AND v.last_seen_at + s.session_idle_lifetime > now()
	   FOR KEY SHARE OF v
), seen AS (
	UPDATE oauth.session o SET last_seen_at = now()
	  FROM v
	 WHERE o.session_hash = v.session_hash
	   AND v.last_seen_at < now() - interval '1 minute'
), used AS (
	UPDATE oauth.pushed_request p SET used_at = now()
	 WHERE p.request_hash = $12 AND p.used_at IS NULL
	   AND p.expires_at > now()
	RETURNING p.request_hash
), consented AS (
	INSERT INTO oauth.consent AS k (user_id, client_id, scope)
	SELECT v.user_id, $3, $11 FROM v WHERE $9::boolean
	    ON CONFLICT (user_id, client_id) DO UPDATE
	   SET granted_at = now(),
	       scope = oauth.scope_union(k.scope, excluded.scope)
	RETURNING user_id
), issued AS (
	INSERT INTO oauth.authorization_code (slot, code_hash, client_id,
	       user_id, redirect_uri, redirect_uri_given, scope, nonce,
	       auth_time, acr, amr, code_challenge, code_challenge_method, sid,
	       claims, expires_at)
	SELECT oauth.authorization_code_slot(s.expires_at), $1, $3, v.user_id,
	       $4, $5, $6, $7, v.auth_time, v.acr, v.amr,
	       $8, CASE WHEN $8::text IS NOT NULL THEN 'S256' END, v.sid, $10,
	       s.expires_at
	  FROM v CROSS JOIN s
	 WHERE ($12::bytea IS NULL OR EXISTS (SELECT FROM used))
	   AND ($9::boolean
	    OR EXISTS (SELECT FROM oauth.consent k
	                WHERE k.user_id = v.user_id AND k.client_id = $3
	                  AND string_to_array($11::text, ' ')
	                   <@ string_to_array(k.scope, ' ')))
	RETURNING slot
), joined AS (
	INSERT INTO oauth.session_client (sid, client_id)
	SELECT v.sid, $3 FROM v CROSS JOIN issued WHERE $13::boolean
	    ON CONFLICT DO NOTHING
)
SELECT slot FROM issued
