-- The key that one of our own ID tokens was signed with, however long ago; not
-- one that was withdrawn.
-- program: authorize
-- $1 text  kid
SELECT k.public_jwk, k.alg, s.issuer,
       floor(extract(epoch FROM now()))::bigint AS now
  FROM oauth.signing_key k
 CROSS JOIN oauth.setting s
 WHERE k.kid = $1 AND k.withdrawn_at IS NULL
