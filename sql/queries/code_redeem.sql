-- Spend an authorization code: of any number of requests with the same code
-- one gets a row (RFC 6749 section 4.1.2: "The client MUST NOT use the
-- authorization code more than once"), and with it the tokens are stored. None
-- does where the session is over that the tokens would end with.
-- program: token
-- $1 smallint  slot
-- $2 bytea     SHA-256 of the code
-- $3 text      client_id
-- $4 bytea     SHA-256 of the access token, or NULL for one that has no row
-- $5 bigint    lifetime of the access token in seconds
-- $6 bytea     SHA-256 of the refresh token, or NULL for none
-- $7 bigint    lifetime of the refresh token in seconds
WITH spent AS (
	UPDATE oauth.authorization_code d
	   SET redeemed_at = now(),
	       authorization_id = nextval('oauth.authorization_id')
	 WHERE d.slot = $1
	   AND d.code_hash = $2
	   AND d.client_id = $3
	   AND d.redeemed_at IS NULL
	   AND d.expires_at > now()
	   AND d.failures < 5
	   AND EXISTS (SELECT FROM oauth.client c
	                WHERE c.client_id = d.client_id
	                  AND c.disabled_at IS NULL
	                  AND c.tokens_valid_after < d.issued_at)
	   AND EXISTS (SELECT FROM oauth.end_user u
	                WHERE u.user_id = d.user_id AND u.disabled_at IS NULL)
	   AND EXISTS (SELECT FROM oauth.consent k
	                WHERE k.user_id = d.user_id AND k.client_id = d.client_id)
	   AND (d.sid IS NULL
	     OR 'openid' <> ALL (string_to_array(d.scope, ' '))
	     OR 'offline_access' = ANY (string_to_array(d.scope, ' '))
	     OR EXISTS (SELECT FROM oauth.session v WHERE v.sid = d.sid))
	RETURNING d.authorization_id, d.user_id, d.client_id, d.scope,
	       d.auth_time, d.acr, d.amr, d.claims,
	       CASE WHEN 'openid' = ANY (string_to_array(d.scope, ' '))
	       THEN d.sid END AS sid,
	       now() + make_interval(secs => $5::bigint) AS access_expires_at,
	       now() + make_interval(secs => $7::bigint) AS refresh_expires_at
), granted AS (
	INSERT INTO oauth.authorization_grant (authorization_id, user_id,
	       client_id, grant_type, scope, sid, auth_time, acr, amr, claims,
	       expires_at)
	SELECT authorization_id, user_id, client_id, 'authorization_code', scope,
	       sid, auth_time, acr, amr, claims,
	       CASE WHEN $6::bytea IS NULL THEN access_expires_at
	       ELSE greatest(access_expires_at, refresh_expires_at
	           + make_interval(secs => $7::bigint * 0.125)) END
	  FROM spent
), refresh AS (
	INSERT INTO oauth.refresh_token (slot, token_hash, salt, client_id,
	       user_id, authorization_id, scope, expires_at)
	SELECT oauth.refresh_token_slot(refresh_expires_at), $6, '', client_id,
	       user_id, authorization_id, scope, refresh_expires_at
	  FROM spent
	 WHERE $6::bytea IS NOT NULL
	RETURNING slot
), access AS (
	INSERT INTO oauth.access_token (slot, token_hash, client_id, user_id,
	       authorization_id, scope, expires_at)
	SELECT oauth.access_token_slot(access_expires_at), $4, client_id, user_id,
	       authorization_id, scope, access_expires_at
	  FROM spent
	 WHERE $4::bytea IS NOT NULL
	RETURNING slot
)
SELECT access.slot, refresh.slot AS refresh_slot, spent.authorization_id
  FROM spent LEFT JOIN access ON true LEFT JOIN refresh ON true
