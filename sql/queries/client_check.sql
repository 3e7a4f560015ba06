-- Is this a client, and its secret one that we generated? No row where anything
-- at all is not as it must be; client_load then finds out what.
-- program: token
-- serves: same
-- $1 text  client_id
-- $2 text  what its verifier must be: "sha256:" and hexadecimal digits
-- $3 text  the token_endpoint_auth_method that was used
SELECT s.issuer, floor(extract(epoch FROM now()))::bigint AS now
  FROM oauth.client c
 CROSS JOIN oauth.setting s
 WHERE c.client_id = $1
   AND c.client_secret_verifier = $2
   AND c.token_endpoint_auth_method = $3
   AND c.disabled_at IS NULL
   AND (c.client_secret_expires_at IS NULL
     OR c.client_secret_expires_at > now())
