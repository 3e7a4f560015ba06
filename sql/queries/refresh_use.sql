-- A new access token for a client that keeps its refresh token.
-- program: token
-- $1 smallint  slot
-- $2 bytea     SHA-256 of the refresh token
-- $3 text      client_id
-- $4 bytea     SHA-256 of the access token, or NULL for one that has no row
-- $5 text      scope of the access token
-- $6 bigint    lifetime of the access token in seconds
WITH live AS (
	SELECT client_id, user_id, authorization_id,
	       now() + make_interval(secs => $6::bigint) AS access_expires_at
	  FROM oauth.refresh_token_state
	 WHERE slot = $1 AND token_hash = $2 AND client_id = $3
	   AND state = 'live'
), access AS (
	INSERT INTO oauth.access_token (slot, token_hash, client_id, user_id,
	       authorization_id, scope, expires_at)
	SELECT oauth.access_token_slot(access_expires_at), $4, client_id, user_id,
	       authorization_id, $5, access_expires_at
	  FROM live
	 WHERE $4::bytea IS NOT NULL
	RETURNING slot
)
SELECT access.slot, NULL AS refresh_slot, live.authorization_id
  FROM live LEFT JOIN access ON true
