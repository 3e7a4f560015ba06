-- The password grant (RFC 6749 section 4.3): tokens for a user whose password
-- was just verified, unless it has been changed since, or the user disabled.
-- program: token
-- $1 bytea   SHA-256 of the access token, or NULL for one that has no row
-- $2 text    client_id
-- $3 bigint  user_id
-- $4 text    scope
-- $5 bigint  lifetime of the access token in seconds
-- $6 bytea   SHA-256 of the refresh token, or NULL for none
-- $7 bigint  lifetime of the refresh token in seconds
-- $8 bigint  auth_time, in seconds since the epoch
-- $9 text    acr
-- $10 text   amr
-- $11 text   password_hash that the password was compared with
WITH u AS (
	SELECT user_id, now() + make_interval(secs => $5::bigint) AS access_expires_at,
	       now() + make_interval(secs => $7::bigint) AS refresh_expires_at
	  FROM oauth.end_user
	 WHERE user_id = $3 AND oauth.hold_password($3, $11)
), granted AS (
	INSERT INTO oauth.authorization_grant (user_id, client_id, grant_type,
	       scope, auth_time, acr, amr, expires_at)
	SELECT user_id, $2, 'password', $4, to_timestamp($8::bigint), $9, $10,
	       CASE WHEN $6::bytea IS NULL THEN access_expires_at
	       ELSE greatest(access_expires_at, refresh_expires_at
	           + make_interval(secs => $7::bigint * 0.125)) END
	  FROM u
	RETURNING authorization_id
), refresh AS (
	INSERT INTO oauth.refresh_token (slot, token_hash, salt, client_id,
	       user_id, authorization_id, scope, expires_at)
	SELECT oauth.refresh_token_slot(refresh_expires_at), $6, '', $2,
	       user_id, authorization_id, $4, refresh_expires_at
	  FROM u, granted
	 WHERE $6::bytea IS NOT NULL
	RETURNING slot
), access AS (
	INSERT INTO oauth.access_token (slot, token_hash, client_id, user_id,
	       authorization_id, scope, expires_at)
	SELECT oauth.access_token_slot(access_expires_at), $1, $2, user_id,
	       authorization_id, $4, access_expires_at
	  FROM u, granted
	 WHERE $1::bytea IS NOT NULL
	RETURNING slot
)
SELECT access.slot, refresh.slot AS refresh_slot, granted.authorization_id
  FROM granted LEFT JOIN access ON true LEFT JOIN refresh ON true
