-- A person makes an account for themselves, and is signed in with it. No row
-- where that is not on, or where the name is somebody's already.
-- program: authorize
-- $1 text   username
-- $2 text   password_hash
-- $3 text   claims, a JSON object
-- $4 bytea  SHA-256 of the session's cookie
-- $5 bytea  SHA-256 of the cookie they came with, or NULL
-- $6 text   acr
WITH s AS (
	SELECT session_lifetime FROM oauth.setting WHERE account_creation
), u AS (
	INSERT INTO oauth.end_user (username, password_hash, claims)
	SELECT $1, $2, $3::text::jsonb FROM s
	 WHERE NOT EXISTS (SELECT FROM oauth.end_user o WHERE o.sub = $1)
	    ON CONFLICT (username_key) DO NOTHING
	RETURNING user_id, sub
), replaced AS (
	DELETE FROM oauth.session WHERE session_hash = $5
	   AND EXISTS (SELECT FROM u)
)
INSERT INTO oauth.session (session_hash, user_id, acr, expires_at)
SELECT $4, u.user_id, $6, now() + s.session_lifetime
  FROM u CROSS JOIN s
RETURNING (SELECT sub FROM u)
