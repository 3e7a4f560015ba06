-- Somebody signed in: a new session (never an old one's cookie, CVE-2024-7341),
-- and the end of the one they had here. If that was their own, the new one goes
-- on with its sid: they have not left any client. None where the password has
-- been changed since it was compared, or the user disabled.
-- program: authorize
-- $1 bytea   SHA-256 of the new cookie
-- $2 bigint  user_id
-- $3 bytea   SHA-256 of the cookie they came with, or NULL
-- $4 text    acr
-- $5 text    password_hash that the password was compared with
WITH replaced AS (
	DELETE FROM oauth.session WHERE session_hash = $3
	RETURNING user_id, sid
)
INSERT INTO oauth.session (session_hash, user_id, acr, sid, expires_at)
SELECT $1, u.user_id, $4,
       coalesce((SELECT r.sid FROM replaced r WHERE r.user_id = u.user_id),
           gen_random_uuid()::text),
       now() + s.session_lifetime
  FROM oauth.end_user u
 CROSS JOIN oauth.setting s
 WHERE u.user_id = $2 AND oauth.hold_password($2, $5)
RETURNING user_id
