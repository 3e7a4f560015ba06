-- Who presents this access token, what for, and is it good (RFC 6750).
-- program: resource
-- slots: 8
-- serves: keys
-- $1 bytea[]  SHA-256 of the access token
SELECT client_id, sub, username, scope, state, token_hash
  FROM oauth.access_token_state
 WHERE slot = :slot::smallint AND token_hash = ANY ($1)
