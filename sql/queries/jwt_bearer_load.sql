-- What an assertion that vouches for a person is judged by (RFC 7523 section
-- 2.1): its issuer, the person, and what they have granted the client. Always
-- one row.
-- program: token
-- $1 text  iss
-- $2 text  sub
-- $3 text  client_id
SELECT i.jwks::text AS jwks, i.jwks_uri, d.body, d.is_fresh,
       i.iss IS NOT NULL AS trusted, i.alg,
       coalesce(i.without_consent, false) AS without_consent,
       u.user_id, u.disabled_at IS NOT NULL AS disabled,
       k.scope AS consented,
       oauth.subject_for(u.sub, c.subject_type, c.sector_identifier,
           s.pairwise_salt) AS sub
  FROM oauth.setting s
  LEFT JOIN oauth.client c ON c.client_id = $3
  LEFT JOIN oauth.trusted_issuer i ON i.iss = $1
  LEFT JOIN oauth.fetched_document_state d ON d.uri = i.jwks_uri
  LEFT JOIN oauth.end_user u ON u.sub = $2
  LEFT JOIN oauth.consent k ON k.user_id = u.user_id AND k.client_id = $3
