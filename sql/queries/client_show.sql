-- A client, with what the authorization endpoint reads and shows. By OFFSET 0 the
-- key of JWTs is looked for where there are any, and not by each request.
-- program: authorize token
-- $1 text  client_id
SELECT c.client_id, c.disabled_at IS NOT NULL AS disabled,
       c.token_endpoint_auth_method,
       array_to_string(c.redirect_uris, ' ') AS redirect_uris,
       array_to_string(c.grant_types, ' ') AS grant_types,
       array_to_string(c.response_types, ',') AS response_types,
       c.scope, c.require_pkce,
       extract(epoch FROM coalesce(c.access_token_lifetime,
           s.access_token_lifetime))::bigint AS access_token_lifetime,
       c.client_name, c.client_uri, c.logo_uri, c.tos_uri, c.policy_uri,
       s.issuer, (extract(epoch FROM now()) * 1000000)::bigint AS now,
       extract(epoch FROM s.id_token_lifetime)::bigint AS id_token_lifetime,
       c.access_token_format = 'jwt' AS jwt_access_token,
       coalesce(c.access_token_audience, s.issuer) AS access_token_audience,
       k.alg, k.kid, k.private_jwk, c.default_max_age,
       s.require_pushed_authorization_requests
           OR c.require_pushed_authorization_requests AS require_pushed,
       s.require_signed_request_object
           OR c.require_signed_request_object AS require_signed,
       array_to_string(c.request_uris, ' ') AS request_uris,
       c.request_object_signing_alg,
       c.jwks::text AS jwks, c.jwks_uri, d.body, d.is_fresh
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
