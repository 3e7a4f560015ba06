-- Keep an authorization request. A signed one that the browser brought has begun
-- already.
-- program: authorize token
-- $1 bytea    SHA-256 of its handle
-- $2 text     client_id
-- $3 text     its parameters, form-urlencoded
-- $4 boolean  was it pushed?
-- $5 boolean  was it signed?
INSERT INTO oauth.pushed_request (request_hash, client_id, parameters,
       is_pushed, is_signed, started_at, expires_at)
SELECT $1, $2, $3, $4::boolean, $5::boolean,
       CASE WHEN NOT $4::boolean THEN now() END,
       now() + CASE WHEN $4::boolean THEN s.pushed_request_lifetime
               ELSE interval '1 hour' END
  FROM oauth.setting s
RETURNING extract(epoch FROM expires_at - created_at)::bigint AS expires_in,
       (extract(epoch FROM now()) * 1000000)::bigint AS now_us
