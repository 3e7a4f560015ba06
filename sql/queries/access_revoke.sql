-- Revoke an access token of this client (RFC 7009 section 2.1).
-- program: token
-- $1 smallint  slot
-- $2 bytea     SHA-256 of the access token
-- $3 text      client_id
UPDATE oauth.access_token SET revoked_at = now()
 WHERE slot = $1 AND token_hash = $2 AND client_id = $3
   AND revoked_at IS NULL
RETURNING slot
