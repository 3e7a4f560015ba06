-- A client deletes its registration (RFC 7592 section 2.3).
-- program: token
-- $1 text   client_id
-- $2 bytea  SHA-256 of the registration access token
-- $3 text   the client's address, or NULL
SELECT r.status, r.error, r.description, r.metadata::text AS metadata,
       r.has_new_secret
  FROM oauth.dynamic_delete($1, $2, $3) r
