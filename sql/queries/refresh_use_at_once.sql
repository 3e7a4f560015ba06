-- A new access token at once, for a client that keeps its refresh token and
-- authenticates by a secret that we generated. No row where anything at all is
-- not as it must be, or takes more (see refresh_rotate_at_once.sql); the long
-- way then finds out what.
-- program: token
-- $1 smallint  slot
-- $2 bytea     SHA-256 of the refresh token
-- $3 text      client_id
-- $4 text      what its verifier must be: "sha256:" and hexadecimal digits
-- $5 text      the token_endpoint_auth_method that was used
-- $6 bytea     SHA-256 of the access token
-- $7 text      scope, or NULL for all that was granted
WITH live AS (
	SELECT r.client_id, r.user_id, r.authorization_id,
	       coalesce($7::text, r.scope) AS scope,
	       coalesce(c.access_token_lifetime, s.access_token_lifetime)
	           AS access_lifetime
	  FROM oauth.refresh_token r
	 CROSS JOIN oauth.setting s
	  JOIN oauth.client c ON c.client_id = r.client_id
	  JOIN oauth.authorization_grant z
	         ON z.authorization_id = r.authorization_id
	  JOIN oauth.end_user u ON u.user_id = r.user_id
	 WHERE r.slot = $1
	   AND r.token_hash = $2
	   AND r.client_id = $3
	   AND r.expires_at > now()
	   AND r.rotated_at IS NULL
	   AND c.client_secret_verifier = $4
	   AND c.token_endpoint_auth_method = $5
	   AND c.disabled_at IS NULL
	   AND (c.client_secret_expires_at IS NULL
	     OR c.client_secret_expires_at > now())
	   AND c.tokens_valid_after < r.issued_at
	   AND c.access_token_format = 'opaque'
	   AND c.rotate_refresh_tokens IS NOT TRUE
	   AND 'refresh_token' = ANY (c.grant_types)
	   AND string_to_array(r.scope, ' ') <@ string_to_array(c.scope, ' ')
	   AND 'openid' <> ALL (string_to_array(r.scope, ' '))
	   AND ($7::text IS NULL OR string_to_array($7::text, ' ')
	        <@ string_to_array(r.scope, ' '))
	   AND z.revoked_at IS NULL
	   AND u.disabled_at IS NULL
), access AS (
	INSERT INTO oauth.access_token (slot, token_hash, client_id, user_id,
	       authorization_id, scope, expires_at)
	SELECT oauth.access_token_slot(now() + access_lifetime), $6, client_id,
	       user_id, authorization_id, scope, now() + access_lifetime
	  FROM live
)
SELECT oauth.access_token_slot(now() + access_lifetime), NULL AS successor_slot,
       NULL AS salt, scope,
       date_part('epoch', access_lifetime)::bigint AS access_lifetime
  FROM live
