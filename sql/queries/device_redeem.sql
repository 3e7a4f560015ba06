-- Spend a device code that a person has said yes to: of any number of requests
-- with the same code one gets a row, and with it the tokens are stored.
-- program: token
-- $1 bytea   SHA-256 of the device code
-- $2 text    client_id
-- $3 bytea   SHA-256 of the access token, or NULL for one that has no row
-- $4 bigint  lifetime of the access token in seconds
-- $5 bytea   SHA-256 of the refresh token, or NULL for none
-- $6 bigint  lifetime of the refresh token in seconds
WITH spent AS (
	UPDATE oauth.device_code d
	   SET redeemed_at = now(),
	       authorization_id = nextval('oauth.authorization_id')
	 WHERE d.device_code_hash = $1
	   AND d.client_id = $2
	   AND d.decision = 'allowed'
	   AND d.redeemed_at IS NULL
	   AND d.expires_at > now()
	   AND EXISTS (SELECT FROM oauth.client c
	                WHERE c.client_id = d.client_id
	                  AND c.disabled_at IS NULL
	                  AND c.tokens_valid_after < d.issued_at)
	   AND EXISTS (SELECT FROM oauth.end_user u
	                WHERE u.user_id = d.user_id AND u.disabled_at IS NULL)
	   AND EXISTS (SELECT FROM oauth.consent k
	                WHERE k.user_id = d.user_id AND k.client_id = d.client_id)
	RETURNING d.authorization_id, d.user_id, d.client_id, d.scope,
	       d.auth_time, d.acr, d.amr,
	       now() + make_interval(secs => $4::bigint) AS access_expires_at,
	       now() + make_interval(secs => $6::bigint) AS refresh_expires_at
), granted AS (
	INSERT INTO oauth.authorization_grant (authorization_id, user_id,
	       client_id, grant_type, scope, auth_time, acr, amr, expires_at)
	SELECT authorization_id, user_id, client_id,
	       'urn:ietf:params:oauth:grant-type:device_code', scope,
	       auth_time, acr, amr,
	       CASE WHEN $5::bytea IS NULL THEN access_expires_at
	       ELSE greatest(access_expires_at, refresh_expires_at
	           + make_interval(secs => $6::bigint * 0.125)) END
	  FROM spent
), refresh AS (
	INSERT INTO oauth.refresh_token (slot, token_hash, salt, client_id,
	       user_id, authorization_id, scope, expires_at)
	SELECT oauth.refresh_token_slot(refresh_expires_at), $5, '', client_id,
	       user_id, authorization_id, scope, refresh_expires_at
	  FROM spent
	 WHERE $5::bytea IS NOT NULL
	RETURNING slot
), access AS (
	INSERT INTO oauth.access_token (slot, token_hash, client_id, user_id,
	       authorization_id, scope, expires_at)
	SELECT oauth.access_token_slot(access_expires_at), $3, client_id, user_id,
	       authorization_id, scope, access_expires_at
	  FROM spent
	 WHERE $3::bytea IS NOT NULL
	RETURNING slot
)
SELECT access.slot, refresh.slot AS refresh_slot, spent.authorization_id
  FROM spent LEFT JOIN access ON true LEFT JOIN refresh ON true
