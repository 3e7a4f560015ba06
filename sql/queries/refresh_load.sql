-- A refresh token, and why it is good or not.
-- program: token
-- $1 smallint  slot
-- $2 bytea     SHA-256 of the refresh token
SELECT client_id, authorization_id, scope, encode(salt, 'hex') AS salt, state
  FROM oauth.refresh_token_state
 WHERE slot = $1 AND token_hash = $2
