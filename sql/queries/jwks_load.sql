-- The public keys that anybody may believe just now.
-- program: metadata
SELECT k.public_jwk, k.alg
  FROM oauth.signing_key k
  JOIN oauth.signing_key_timetable t ON t.kid = k.kid
 WHERE t.state IN ('published', 'signing', 'retiring')
 ORDER BY k.alg, k.generation DESC
