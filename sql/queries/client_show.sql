-- A client, with what the authorization endpoint reads and shows.
-- program: authorize
-- $1 text  client_id
SELECT c.client_id, c.disabled_at IS NOT NULL AS disabled,
       c.token_endpoint_auth_method,
       array_to_string(c.redirect_uris, ' ') AS redirect_uris,
       array_to_string(c.grant_types, ' ') AS grant_types,
       array_to_string(c.response_types, ' ') AS response_types,
       c.scope, c.require_pkce,
       extract(epoch FROM coalesce(c.access_token_lifetime,
           s.access_token_lifetime))::bigint AS access_token_lifetime,
       c.client_name, c.client_uri, c.logo_uri, c.tos_uri, c.policy_uri
  FROM oauth.client c
 CROSS JOIN oauth.setting s
 WHERE c.client_id = $1
