-- What a code was issued for. Nothing here changes after the code was issued
-- but its state, and that is asked again when it is spent (code_redeem).
-- program: token
-- $1 smallint  slot
-- $2 bytea     SHA-256 of the code
SELECT client_id, redirect_uri, redirect_uri_given, scope, code_challenge,
       state
  FROM oauth.authorization_code_state
 WHERE slot = $1 AND code_hash = $2
