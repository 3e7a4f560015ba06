-- A client registers itself (RFC 7591 section 3).
-- program: token
-- $1 text   its metadata, a JSON object
-- $2 text   what its software statement says, a JSON object, or NULL
-- $3 text   the verifier of a new client_secret
-- $4 text   the same secret, sealed
-- $5 text   client_id
-- $6 bytea  SHA-256 of its registration access token
-- $7 bytea  SHA-256 of the initial access token, or NULL
-- $8 text   the client's address, or NULL
SELECT r.status, r.error, r.description, r.metadata::text AS metadata,
       r.has_new_secret
  FROM oauth.dynamic_register($1, $2, $3, $4, $5, $6, $7, $8) r
