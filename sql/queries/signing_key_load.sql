-- The key that signs for this client and purpose.
-- program: authorize token resource
-- $1 text  client_id
-- $2 text  purpose
SELECT k.alg, k.kid, k.private_jwk, s.issuer,
       floor(extract(epoch FROM now()))::bigint AS now
  FROM oauth.client_signing_key k
 CROSS JOIN oauth.setting s
 WHERE k.client_id = $1 AND k.purpose = $2
