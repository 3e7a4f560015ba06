-- The client that asks for a sign-out, and where it may have people sent back.
-- program: authorize
-- $1 text  client_id
SELECT c.client_id, c.client_name,
       array_to_string(c.post_logout_redirect_uris, ' ')
           AS post_logout_redirect_uris
  FROM oauth.client c
 WHERE c.client_id = $1 AND c.disabled_at IS NULL
