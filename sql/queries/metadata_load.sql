-- What the metadata document says that is not fixed in the programs.
-- program: metadata
SELECT s.issuer,
       (SELECT string_agg(name, ' ' ORDER BY name) FROM oauth.scope) AS scopes,
       has_column_privilege('postern_token', 'oauth.end_user',
                            'password_hash', 'SELECT') AS password_grant,
       s.require_pushed_authorization_requests, s.require_signed_request_object,
       s.registration <> 'off' AS registration
  FROM oauth.setting s
