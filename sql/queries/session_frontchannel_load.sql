-- The pages of clients that are to hear in the browser of the end of a session
-- (OpenID Connect Front-Channel Logout section 2). A page has room for so many.
-- program: authorize
-- $1 bytea  SHA-256 of the cookie
SELECT c.frontchannel_logout_uri, v.sid
  FROM oauth.session v
  JOIN oauth.session_client k ON k.sid = v.sid
  JOIN oauth.client c ON c.client_id = k.client_id
 WHERE v.session_hash = $1
   AND c.frontchannel_logout_uri IS NOT NULL
   AND c.disabled_at IS NULL
 ORDER BY c.client_id
 LIMIT 50
