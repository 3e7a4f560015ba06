-- Sign out: the session is gone at once.
-- program: authorize
-- $1 bytea  SHA-256 of the cookie
DELETE FROM oauth.session WHERE session_hash = $1
RETURNING user_id
