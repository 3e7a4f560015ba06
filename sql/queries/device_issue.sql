-- A device asks for a person (RFC 8628 section 3.1). No row where the user code
-- happens to be another device's.
-- program: token
-- $1 bytea  SHA-256 of the device code
-- $2 bytea  HMAC of the user code
-- $3 text   client_id
-- $4 text   scope
-- $5 text   the device's address, or NULL
INSERT INTO oauth.device_code (device_code_hash, user_code_hash, client_id,
       scope, asked_from, expires_at)
SELECT $1, $2, $3, $4, $5, now() + s.device_code_lifetime
  FROM oauth.setting s
    ON CONFLICT DO NOTHING
RETURNING extract(epoch FROM expires_at - issued_at)::bigint AS expires_in,
       extract(epoch FROM poll_interval)::bigint AS interval,
       (SELECT issuer FROM oauth.setting) AS issuer
