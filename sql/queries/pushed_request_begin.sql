-- Somebody visits with a request that was kept: from the first time on there is
-- an hour to sign in and to agree. It is not used up by a visit, or loading the
-- page again would fail.
-- program: authorize
-- $1 bytea  SHA-256 of its handle
-- $2 text   client_id
UPDATE oauth.pushed_request p
   SET started_at = coalesce(p.started_at, now()),
       expires_at = CASE WHEN p.started_at IS NULL
           THEN now() + interval '1 hour' ELSE p.expires_at END
 WHERE p.request_hash = $1
   AND p.client_id = $2
   AND p.used_at IS NULL
   AND p.expires_at > now()
RETURNING p.parameters, p.is_pushed, p.is_signed,
       (extract(epoch FROM p.started_at) * 1000000)::bigint AS started_at_us
