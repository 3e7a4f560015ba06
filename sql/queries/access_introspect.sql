-- What introspection may say of an access token (RFC 7662 section 2.2).
-- program: token
-- slots: 8
-- serves: keys
-- $1 bytea[]  SHA-256 of the access token
SELECT client_id, sub, username, scope, array_to_string(audience, ' '),
       floor(extract(epoch FROM issued_at))::bigint,
       floor(extract(epoch FROM expires_at))::bigint, state, token_hash
  FROM oauth.access_token_state
 WHERE slot = :slot::smallint AND token_hash = ANY ($1)
