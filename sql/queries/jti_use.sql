-- Use an assertion up: of any number of requests with the same one, on any
-- number of machines, one gets a row (RFC 7523 section 3, point 7).
-- program: token
-- $1 bytea   SHA-256 of its iss and jti
-- $2 bigint  when it expires, in seconds since the epoch
INSERT INTO oauth.used_jti (jti_hash, expires_at)
VALUES ($1, to_timestamp($2::bigint))
    ON CONFLICT DO NOTHING
RETURNING true
