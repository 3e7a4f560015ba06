-- How things stand with an access token that carries itself (RFC 9068), and the
-- key to see with whether it is one of ours: all but the kid is believed only
-- once that fits.
-- program: token resource
-- $1 text      kid
-- $2 bytea     SHA-256 of its jti
-- $3 text      client_id
-- $4 bigint    authorization_id, or NULL: the client's own
-- $5 bigint    when it was issued, in microseconds
-- $6 text      scope, or NULL
SELECT k.public_jwk, k.alg, s.issuer,
       floor(extract(epoch FROM now()))::bigint AS now,
       CASE WHEN c.subject_type IS DISTINCT FROM 'pairwise'
           OR 'profile' = ANY (string_to_array($6, ' '))
       THEN z.username END AS username,
       array_to_string(c.audience, ' ') AS audience,
       CASE
       WHEN EXISTS (SELECT FROM oauth.revoked_access_token r
                     WHERE r.jti_hash = $2) THEN 'revoked'
       WHEN c.client_id IS NULL             THEN 'client is gone'
       WHEN c.disabled_at IS NOT NULL       THEN 'client is disabled'
       WHEN to_timestamp($5::bigint / 1000000.0) <= c.tokens_valid_after
                                            THEN 'all tokens of the client were revoked'
       WHEN $4::bigint IS NULL              THEN 'live'
       WHEN z.authorization_id IS NULL      THEN 'authorization is gone'
       ELSE z.state
       END AS state,
       z.requested_claims, z.claims,
       CASE WHEN z.user_sub IS NULL THEN NULL
       WHEN $6::text = z.scope THEN z.more_claims
       ELSE oauth.claims_for(z.user_sub, $3, oauth.narrowed_scope(
           $6, z.scope), 'userinfo') END AS more_claims,
       c.userinfo_signed_response_alg AS userinfo_alg, i.kid AS userinfo_kid, i.private_jwk
  FROM oauth.signing_key k
 CROSS JOIN oauth.setting s
  LEFT JOIN oauth.client c ON c.client_id = $3
  LEFT JOIN oauth.authorization_grant_state z
         ON z.authorization_id = $4 AND z.client_id = $3
  LEFT JOIN oauth.client_signing_key i
         ON i.client_id = $3 AND i.purpose = 'userinfo'
 WHERE k.kid = $1 AND k.withdrawn_at IS NULL
