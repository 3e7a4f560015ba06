-- Client credentials (RFC 6749 section 4.4) at once, for a token that carries
-- itself (RFC 9068): authenticate a client by a secret that we generated, and
-- give what its token says and the key that signs it. No row where anything at
-- all is not as it must be; the long way then finds out what.
-- program: token
-- serves: same
-- $1 text   client_id
-- $2 text   what its verifier must be: "sha256:" and hexadecimal digits
-- $3 text   the token_endpoint_auth_method that was used
-- $4 text   scope, or NULL for the default one
SELECT CASE WHEN $4::text IS NOT NULL THEN $4::text
       ELSE oauth.default_scope(c.scope) END AS scope,
       date_part('epoch', coalesce(c.access_token_lifetime,
           s.access_token_lifetime))::bigint AS access_token_lifetime,
       s.issuer, (date_part('epoch', now()) * 1000000)::bigint AS now,
       coalesce(c.access_token_audience, s.issuer) AS access_token_audience,
       c.alg, c.kid, c.private_jwk
  FROM oauth.jwt_client c
 CROSS JOIN oauth.setting s
 WHERE c.client_id = $1
   AND c.client_secret_verifier = $2
   AND c.token_endpoint_auth_method = $3
   AND c.disabled_at IS NULL
   AND (c.client_secret_expires_at IS NULL
     OR c.client_secret_expires_at > now())
   AND 'client_credentials' = ANY (c.grant_types)
   AND ($4::text IS NULL OR string_to_array($4::text, ' ')
        <@ string_to_array(c.scope, ' '))
