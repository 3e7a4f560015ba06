-- A wrong code_verifier: after five the code is dead, so that a verifier can
-- not be guessed (RFC 7636 section 7.1).
-- program: token
-- $1 smallint  slot
-- $2 bytea     SHA-256 of the code
UPDATE oauth.authorization_code SET failures = failures + 1
 WHERE slot = $1 AND code_hash = $2 AND redeemed_at IS NULL AND failures < 5
RETURNING failures
