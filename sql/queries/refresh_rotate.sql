-- Spend a refresh token for its successor and a new access token. Used again
-- within the retry window it gives another access token and the salt of whoever
-- was first, which the same successor is derived from; the successor's row is
-- written with that salt.
--
-- The authorization is kept for an eighth longer than the successor, so that it
-- is not written to by each rotation.
-- program: token
-- $1 smallint  slot
-- $2 bytea     SHA-256 of the refresh token
-- $3 text      client_id
-- $4 bytea     SHA-256 of the access token, or NULL for one that has no row
-- $5 text      scope of the access token
-- $6 bigint    lifetime of the access token in seconds
-- $7 bytea     SHA-256 of the successor
-- $8 bytea     salt of the successor
-- $9 bigint    lifetime of the successor in seconds
WITH spent AS (
	UPDATE oauth.refresh_token r
	   SET rotated_at = coalesce(r.rotated_at, now()),
	       successor_slot = coalesce(r.successor_slot,
	           oauth.refresh_token_slot(now() + make_interval(secs => $9::bigint))),
	       salt = CASE WHEN r.rotated_at IS NULL THEN $8 ELSE r.salt END
	  FROM oauth.setting s
	 WHERE r.slot = $1
	   AND r.token_hash = $2
	   AND r.client_id = $3
	   AND r.expires_at > now()
	   AND (r.rotated_at IS NULL
	     OR r.rotated_at + s.refresh_retry_window > now())
	   AND EXISTS (SELECT FROM oauth.client c
	                WHERE c.client_id = r.client_id
	                  AND c.disabled_at IS NULL
	                  AND c.tokens_valid_after < r.issued_at)
	   AND EXISTS (SELECT FROM oauth.authorization_grant z
	                WHERE z.authorization_id = r.authorization_id
	                  AND z.revoked_at IS NULL)
	   AND EXISTS (SELECT FROM oauth.end_user u
	                WHERE u.user_id = r.user_id AND u.disabled_at IS NULL)
	RETURNING r.client_id, r.user_id, r.authorization_id, r.scope, r.salt,
	       r.successor_slot, r.rotated_at,
	       now() + make_interval(secs => $6::bigint) AS access_expires_at
), successor AS (
	INSERT INTO oauth.refresh_token (slot, token_hash, salt, client_id,
	       user_id, authorization_id, scope, issued_at, expires_at)
	SELECT successor_slot, $7, '', client_id, user_id, authorization_id,
	       scope, rotated_at, rotated_at + make_interval(secs => $9::bigint)
	  FROM spent
	 WHERE salt = $8
), extended AS (
	UPDATE oauth.authorization_grant z
	   SET expires_at = now() + make_interval(secs => $9::bigint * 1.125)
	  FROM spent
	 WHERE z.authorization_id = spent.authorization_id
	   AND z.expires_at < now() + make_interval(secs => $9::bigint)
	RETURNING z.authorization_id
), access AS (
	INSERT INTO oauth.access_token (slot, token_hash, client_id, user_id,
	       authorization_id, scope, expires_at)
	SELECT oauth.access_token_slot(access_expires_at), $4, client_id, user_id,
	       authorization_id, $5, access_expires_at
	  FROM spent
	 WHERE $4::bytea IS NOT NULL
	RETURNING slot
)
SELECT access.slot, spent.successor_slot, spent.authorization_id,
       encode(spent.salt, 'hex') AS salt,
       EXISTS (SELECT FROM extended) AS is_extended
  FROM spent LEFT JOIN access ON true
