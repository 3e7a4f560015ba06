-- Revoke an access token that carries itself (RFC 7009): until it expires its
-- jti is remembered.
-- program: token
-- $1 bytea   SHA-256 of its jti
-- $2 bigint  exp
INSERT INTO oauth.revoked_access_token (jti_hash, expires_at)
VALUES ($1, to_timestamp($2::bigint))
    ON CONFLICT (jti_hash) DO NOTHING
RETURNING jti_hash
