-- A code was presented again by its own client: revoke what it bought (RFC 6749
-- section 4.1.2: "SHOULD revoke (when possible) all tokens previously issued
-- based on that authorization code").
-- program: token
-- $1 smallint  slot
-- $2 bytea     SHA-256 of the code
-- $3 text      client_id
UPDATE oauth.authorization_grant z
   SET revoked_at = now(), revoked_why = 'authorization code used twice'
  FROM oauth.authorization_code d
 WHERE d.slot = $1
   AND d.code_hash = $2
   AND d.client_id = $3
   AND z.authorization_id = d.authorization_id
   AND z.revoked_at IS NULL
RETURNING z.authorization_id
