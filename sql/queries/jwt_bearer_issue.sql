-- An access token for a person whom an assertion vouches for (RFC 7523 section
-- 2.1). What may have changed since the assertion was judged is asked again.
-- program: token
-- $1 bytea    SHA-256 of the access token, or NULL for one that has no row
-- $2 text     client_id
-- $3 bigint   user_id
-- $4 text     scope
-- $5 bigint   lifetime of the access token in seconds
-- $6 boolean  also without the person's consent
WITH granted AS (
	INSERT INTO oauth.authorization_grant (user_id, client_id, grant_type,
	       scope, expires_at)
	SELECT u.user_id, $2, 'urn:ietf:params:oauth:grant-type:jwt-bearer', $4,
	       now() + make_interval(secs => $5::bigint)
	  FROM oauth.end_user u
	 WHERE u.user_id = $3
	   AND u.disabled_at IS NULL
	   AND ($6::boolean OR EXISTS (
		SELECT FROM oauth.consent k
		 WHERE k.user_id = u.user_id AND k.client_id = $2
		   AND string_to_array($4, ' ') <@ string_to_array(k.scope, ' ')))
	RETURNING authorization_id, user_id, expires_at
), access AS (
	INSERT INTO oauth.access_token (slot, token_hash, client_id, user_id,
	       authorization_id, scope, expires_at)
	SELECT oauth.access_token_slot(g.expires_at), $1, $2, g.user_id,
	       g.authorization_id, $4, g.expires_at
	  FROM granted g
	 WHERE $1::bytea IS NOT NULL
	RETURNING slot
)
SELECT access.slot, NULL AS refresh_slot, granted.authorization_id
  FROM granted LEFT JOIN access ON true
