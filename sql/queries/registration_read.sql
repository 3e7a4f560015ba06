-- A client reads its registration (RFC 7592 section 2.1).
-- program: token
-- $1 text   client_id
-- $2 bytea  SHA-256 of the registration access token
SELECT r.status, r.error, r.description, r.metadata::text AS metadata,
       r.has_new_secret
  FROM oauth.dynamic_read($1, $2) r
