-- Who presents this access token, and what its client may know of whom it acts
-- for (OpenID Connect Core section 5.3).
-- program: resource
-- slots: 8
-- serves: keys
-- $1 bytea[]  SHA-256 of the access token
SELECT t.client_id, t.sub, t.username, t.scope, t.state, t.requested_claims,
       t.claims, t.more_claims, s.issuer,
       floor(extract(epoch FROM now()))::bigint AS now,
       c.userinfo_signed_response_alg AS alg, k.kid, k.private_jwk, t.token_hash
  FROM oauth.access_token_state t
 CROSS JOIN oauth.setting s
  JOIN oauth.client c ON c.client_id = t.client_id
  LEFT JOIN oauth.client_signing_key k
         ON k.client_id = t.client_id AND k.purpose = 'userinfo'
 WHERE t.slot = :slot::smallint AND t.token_hash = ANY ($1)
