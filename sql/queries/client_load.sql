-- A client, with what the back channel's rules read. By OFFSET 0 the
-- key of JWTs is looked for where there are any, and not by each request.
-- program: token
-- $1 text  client_id
SELECT c.client_id, c.client_secret_verifier,
       c.client_secret_expires_at <= now() AS secret_expired,
       c.disabled_at IS NOT NULL AS disabled,
       c.token_endpoint_auth_method,
       array_to_string(c.grant_types, ' ') AS grant_types,
       c.scope,
       coalesce(c.rotate_refresh_tokens, c.token_endpoint_auth_method = 'none')
           AS rotate_refresh_tokens,
       extract(epoch FROM coalesce(c.access_token_lifetime,
           s.access_token_lifetime))::bigint AS access_token_lifetime,
       extract(epoch FROM coalesce(c.refresh_token_lifetime,
           s.refresh_token_lifetime))::bigint AS refresh_token_lifetime,
       s.issuer, (extract(epoch FROM now()) * 1000000)::bigint AS now,
       extract(epoch FROM s.id_token_lifetime)::bigint AS id_token_lifetime,
       c.access_token_format = 'jwt' AS jwt_access_token,
       coalesce(c.access_token_audience, s.issuer) AS access_token_audience,
       k.alg, k.kid, k.private_jwk,
       c.jwks::text AS jwks, c.jwks_uri, d.body, d.is_fresh,
       c.client_secret_sealed, c.token_endpoint_auth_signing_alg,
       coalesce(c.client_metadata -> 'fapi2' = 'true', false) AS fapi2
  FROM oauth.client c
 CROSS JOIN oauth.setting s
  LEFT JOIN oauth.fetched_document_state d ON d.uri = c.jwks_uri
  LEFT JOIN LATERAL (
	SELECT k.alg, k.kid, k.private_jwk
	  FROM oauth.client_signing_key k
	 WHERE c.access_token_format = 'jwt'
	   AND k.client_id = c.client_id AND k.purpose = 'access_token'
	OFFSET 0) k ON true
 WHERE c.client_id = $1
