-- Keep the sealed secret of a client that authenticates by client_secret_jwt;
-- no row where there is no such client. When its secrets expire is the
-- operator's to say.
-- program: token
-- $1 text  client_id
-- $2 text  the secret, sealed
UPDATE oauth.client
   SET client_secret_sealed = $2
 WHERE client_id = $1
   AND token_endpoint_auth_method = 'client_secret_jwt'
RETURNING client_id,
       coalesce(client_secret_expires_at <= now(), false) AS has_expired
