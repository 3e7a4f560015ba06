-- Refresh with rotation at once, of a public client: judge the refresh token and
-- the client, spend the one for its successor and store that and a new access
-- token. Used again within the retry window it gives another access token and
-- the salt of whoever was first, which the same successor is derived from.
--
-- No row where anything at all is not as it must be; the long way then finds out
-- what. It also serves what is seldom or needs more: openid in the scope, a
-- client that has lost a scope since, an authorization that is to be kept for
-- longer (see refresh_rotate.sql).
--
-- By the partition, for an UPDATE of the whole table makes ready for each.
-- program: token
-- slots: 8
-- $1 smallint  slot
-- $2 bytea     SHA-256 of the refresh token
-- $3 text      client_id
-- $4 bytea     SHA-256 of the access token
-- $5 text      scope, or NULL for all that was granted
-- $6 bytea     SHA-256 of the successor
-- $7 bytea     salt of the successor
WITH spent AS (
	UPDATE oauth.refresh_token_:slot r
	   SET rotated_at = coalesce(r.rotated_at, now()),
	       successor_slot = coalesce(r.successor_slot,
	           oauth.refresh_token_slot(now() + coalesce(
	               c.refresh_token_lifetime, s.refresh_token_lifetime))),
	       salt = CASE WHEN r.rotated_at IS NULL THEN $7 ELSE r.salt END
	  FROM oauth.client c
	 CROSS JOIN oauth.setting s,
	       oauth.authorization_grant z, oauth.end_user u
	 WHERE r.slot = $1
	   AND r.token_hash = $2
	   AND r.client_id = $3
	   AND r.expires_at > now()
	   AND (r.rotated_at IS NULL
	     OR r.rotated_at + s.refresh_retry_window > now())
	   AND c.client_id = $3
	   AND c.token_endpoint_auth_method = 'none'
	   AND c.disabled_at IS NULL
	   AND c.tokens_valid_after < r.issued_at
	   AND c.access_token_format = 'opaque'
	   AND c.rotate_refresh_tokens IS NOT FALSE
	   AND 'refresh_token' = ANY (c.grant_types)
	   AND string_to_array(r.scope, ' ') <@ string_to_array(c.scope, ' ')
	   AND 'openid' <> ALL (string_to_array(r.scope, ' '))
	   AND ($5::text IS NULL OR string_to_array($5::text, ' ')
	        <@ string_to_array(r.scope, ' '))
	   AND z.authorization_id = r.authorization_id
	   AND z.revoked_at IS NULL
	   AND z.expires_at >= now() + coalesce(c.refresh_token_lifetime,
	           s.refresh_token_lifetime)
	   AND u.user_id = r.user_id
	   AND u.disabled_at IS NULL
	RETURNING r.client_id, r.user_id, r.authorization_id, r.scope, r.salt,
	       r.successor_slot, r.rotated_at,
	       coalesce(c.access_token_lifetime, s.access_token_lifetime)
	           AS access_lifetime,
	       coalesce(c.refresh_token_lifetime, s.refresh_token_lifetime)
	           AS refresh_lifetime
), successor AS (
	INSERT INTO oauth.refresh_token (slot, token_hash, salt, client_id,
	       user_id, authorization_id, scope, issued_at, expires_at)
	SELECT successor_slot, $6, '', client_id, user_id, authorization_id,
	       scope, rotated_at, rotated_at + refresh_lifetime
	  FROM spent
	 WHERE salt = $7
), access AS (
	INSERT INTO oauth.access_token (slot, token_hash, client_id, user_id,
	       authorization_id, scope, expires_at)
	SELECT oauth.access_token_slot(now() + access_lifetime), $4, client_id,
	       user_id, authorization_id, coalesce($5::text, scope),
	       now() + access_lifetime
	  FROM spent
)
SELECT oauth.access_token_slot(now() + access_lifetime), successor_slot,
       encode(salt, 'hex') AS salt, coalesce($5::text, scope) AS scope,
       date_part('epoch', access_lifetime)::bigint AS access_lifetime
  FROM spent
