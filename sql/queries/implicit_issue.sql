-- The implicit grant (RFC 6749 section 4.2): an access token for whoever is
-- signed in with this cookie, and their consent where they just gave it.
-- Signing out deletes the session's row, and so waits for the lock on it.
--
-- program: authorize
-- $1  bytea    SHA-256 of the access token, or NULL for one that has no row
-- $2  bytea    SHA-256 of the session's cookie
-- $3  text     client_id
-- $4  text     scope
-- $5  bigint   lifetime of the token in seconds
-- $6  boolean  consent was given now
-- $7  text     the claims parameter, or NULL
-- $8  text     scope of the consent: that, and what the claims are of
-- $9  bytea    SHA-256 of the handle of a kept request, or NULL
WITH s AS (
	SELECT now() + make_interval(secs => $5::bigint) AS expires_at,
	       session_idle_lifetime
	  FROM oauth.setting
), v AS (
	SELECT v.session_hash, v.user_id, v.sid, v.auth_time, v.acr, v.amr,
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
	 WHERE p.request_hash = $9 AND p.used_at IS NULL
	   AND p.expires_at > now()
	RETURNING p.request_hash
), consented AS (
	INSERT INTO oauth.consent AS k (user_id, client_id, scope)
	SELECT v.user_id, $3, $8 FROM v WHERE $6::boolean
	    ON CONFLICT (user_id, client_id) DO UPDATE
	   SET granted_at = now(),
	       scope = oauth.scope_union(k.scope, excluded.scope)
	RETURNING user_id
), granted AS (
	INSERT INTO oauth.authorization_grant
	       (user_id, client_id, grant_type, scope, sid, auth_time, acr, amr,
	       claims, expires_at)
	SELECT v.user_id, $3, 'implicit', $4,
	       CASE WHEN 'openid' = ANY (string_to_array($4::text, ' '))
	       THEN v.sid END, v.auth_time, v.acr, v.amr, $7, s.expires_at
	  FROM v CROSS JOIN s
	 WHERE ($9::bytea IS NULL OR EXISTS (SELECT FROM used))
	   AND ($6::boolean
	    OR EXISTS (SELECT FROM oauth.consent k
	                WHERE k.user_id = v.user_id AND k.client_id = $3
	                  AND string_to_array($8::text, ' ')
	                   <@ string_to_array(k.scope, ' ')))
	RETURNING authorization_id, user_id, expires_at
), access AS (
	INSERT INTO oauth.access_token (slot, token_hash, client_id, user_id,
	       authorization_id, scope, expires_at)
	SELECT oauth.access_token_slot(g.expires_at), $1, $3, g.user_id,
	       g.authorization_id, $4, g.expires_at
	  FROM granted g
	 WHERE $1::bytea IS NOT NULL
	RETURNING slot
)
SELECT access.slot, NULL AS refresh_slot, granted.authorization_id
  FROM granted LEFT JOIN access ON true
