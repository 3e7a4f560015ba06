-- The algorithms that need a new key: those that have none, and those whose
-- newest will have signed long enough when a key that is published today is
-- old enough to sign.
-- program: authorize token
SELECT a.alg
  FROM (VALUES ('RS256'), ('PS256'), ('ES256'), ('EdDSA')) AS a (alg)
 CROSS JOIN oauth.setting s
 WHERE NOT EXISTS (SELECT FROM oauth.signing_key k
        WHERE k.alg = a.alg AND k.withdrawn_at IS NULL
          AND k.sign_from + s.key_lifetime - s.key_published_before > now())
