-- A refresh token was used again after its retry window: whoever holds its
-- successor may be a thief, so everything under the authorization is revoked
-- (RFC 9700 section 4.14.2).
-- program: token
-- $1 smallint  slot
-- $2 bytea     SHA-256 of the refresh token
-- $3 text      client_id
UPDATE oauth.authorization_grant z
   SET revoked_at = now(), revoked_why = 'refresh token used again'
  FROM oauth.refresh_token_state r
 WHERE r.slot = $1
   AND r.token_hash = $2
   AND r.client_id = $3
   AND r.state = 'used'
   AND z.authorization_id = r.authorization_id
   AND z.revoked_at IS NULL
RETURNING z.authorization_id
