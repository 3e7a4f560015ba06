-- Revoke a refresh token of this client, and with it all that was issued under
-- the same authorization (RFC 7009 section 2.1: "the authorization server
-- SHOULD also invalidate all access tokens based on the same authorization
-- grant").
-- program: token
-- $1 smallint  slot
-- $2 bytea     SHA-256 of the refresh token
-- $3 text      client_id
UPDATE oauth.authorization_grant z
   SET revoked_at = now(), revoked_why = 'refresh token revoked by the client'
  FROM oauth.refresh_token r
 WHERE r.slot = $1
   AND r.token_hash = $2
   AND r.client_id = $3
   AND z.authorization_id = r.authorization_id
   AND z.revoked_at IS NULL
RETURNING z.authorization_id
