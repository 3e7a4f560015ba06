-- What a request to the authorization endpoint needs to know of the settings.
-- program: authorize
SELECT issuer,
       extract(epoch FROM session_lifetime)::bigint AS session_lifetime,
       account_creation
  FROM oauth.setting
