-- Client credentials (RFC 6749 section 4.4), the long way: the client has been
-- authenticated, its token is stored.
-- program: token
-- $1 bytea   SHA-256 of the access token
-- $2 text    client_id
-- $3 text    scope
-- $4 bigint  lifetime in seconds
INSERT INTO oauth.access_token (slot, token_hash, client_id, scope, expires_at)
SELECT oauth.access_token_slot(now() + make_interval(secs => $4::bigint)),
       $1, $2, $3, now() + make_interval(secs => $4::bigint)
RETURNING slot, NULL AS refresh_slot, NULL AS authorization_id
