-- Client credentials (RFC 6749 section 4.4) at once: authenticate a client by
-- a secret that we generated, and store a token of its own. No row where
-- anything at all is not as it must be; the long way then finds out what.
-- program: token
-- serves: keys
-- $1 bytea[]  SHA-256 of the access token
-- $2 text   client_id
-- $3 text   what its verifier must be: "sha256:" and hexadecimal digits
-- $4 text   the token_endpoint_auth_method that was used
-- $5 text   scope, or NULL for the default one
WITH c AS (
	SELECT c.client_id,
	       coalesce(c.access_token_lifetime, s.access_token_lifetime)
	           AS lifetime,
	       CASE WHEN $5::text IS NOT NULL THEN $5::text
	       ELSE oauth.default_scope(c.scope) END AS scope
	  FROM oauth.client c
	 CROSS JOIN oauth.setting s
	 WHERE c.client_id = $2
	   AND c.client_secret_verifier = $3
	   AND c.token_endpoint_auth_method = $4
	   AND c.disabled_at IS NULL
	   AND c.access_token_format = 'opaque'
	   AND (c.client_secret_expires_at IS NULL
	     OR c.client_secret_expires_at > now())
	   AND 'client_credentials' = ANY (c.grant_types)
	   AND ($5::text IS NULL OR string_to_array($5::text, ' ')
	        <@ string_to_array(c.scope, ' '))
)
INSERT INTO oauth.access_token (slot, token_hash, client_id, scope, expires_at)
SELECT oauth.access_token_slot(now() + c.lifetime), k.token_hash, c.client_id,
       c.scope, now() + c.lifetime
  FROM c
 CROSS JOIN unnest($1::bytea[]) k (token_hash)
RETURNING slot, scope, date_part('epoch', expires_at - issued_at)::bigint,
          token_hash
