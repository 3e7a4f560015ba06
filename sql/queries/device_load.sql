-- What a device code was issued for, and what became of it.
-- program: token
-- $1 bytea  SHA-256 of the device code
SELECT client_id, scope, state, sub
  FROM oauth.device_code_state
 WHERE device_code_hash = $1
