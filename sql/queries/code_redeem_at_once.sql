-- Redeem an authorization code at once: authenticate the client by a secret that
-- we generated, or as a public one, judge the code (RFC 6749 section 4.1.3, RFC
-- 7636 section 4.6), spend it and store the tokens. Of any number of requests
-- with the same code one gets a row.
--
-- No row where anything at all is not as it must be, or takes more (openid in
-- the scope, JWT access tokens); the long way then finds out what.
--
-- By the partition, for an UPDATE of the whole table makes ready for each.
-- program: token
-- slots: 4
-- $1 smallint  slot
-- $2 bytea     SHA-256 of the code
-- $3 text      client_id
-- $4 text      what its verifier must be, or NULL for a public client
-- $5 text      the token_endpoint_auth_method that was used
-- $6 text      redirect_uri, or NULL where the request has none
-- $7 text      what the code_challenge must be, or NULL for none
-- $8 bytea     SHA-256 of the access token
-- $9 bytea     SHA-256 of the refresh token, for a client that may have one
WITH spent AS (
	UPDATE oauth.authorization_code_:slot d
	   SET redeemed_at = now(),
	       authorization_id = nextval('oauth.authorization_id')
	  FROM oauth.client c
	 CROSS JOIN oauth.setting s,
	       oauth.end_user u, oauth.consent k
	 WHERE d.slot = $1
	   AND d.code_hash = $2
	   AND d.client_id = $3
	   AND d.redeemed_at IS NULL
	   AND d.expires_at > now()
	   AND d.failures < 5
	   AND CASE WHEN $6::text IS NULL THEN NOT d.redirect_uri_given
	       ELSE d.redirect_uri = $6 END
	   AND d.code_challenge IS NOT DISTINCT FROM $7
	   AND 'openid' <> ALL (string_to_array(d.scope, ' '))
	   AND c.client_id = $3
	   AND c.client_secret_verifier IS NOT DISTINCT FROM $4
	   AND c.token_endpoint_auth_method = $5
	   AND c.disabled_at IS NULL
	   AND (c.client_secret_expires_at IS NULL
	     OR c.client_secret_expires_at > now())
	   AND c.tokens_valid_after < d.issued_at
	   AND c.access_token_format = 'opaque'
	   AND 'authorization_code' = ANY (c.grant_types)
	   AND u.user_id = d.user_id
	   AND u.disabled_at IS NULL
	   AND k.user_id = d.user_id
	   AND k.client_id = $3
	RETURNING d.authorization_id, d.user_id, d.client_id, d.scope,
	       d.auth_time, d.acr, d.amr, d.claims,
	       coalesce(c.access_token_lifetime, s.access_token_lifetime)
	           AS access_lifetime,
	       CASE WHEN 'refresh_token' = ANY (c.grant_types)
	       THEN coalesce(c.refresh_token_lifetime, s.refresh_token_lifetime)
	       END AS refresh_lifetime
), granted AS (
	INSERT INTO oauth.authorization_grant (authorization_id, user_id,
	       client_id, grant_type, scope, auth_time, acr, amr, claims,
	       expires_at)
	SELECT authorization_id, user_id, client_id, 'authorization_code', scope,
	       auth_time, acr, amr, claims,
	       now() + greatest(access_lifetime, refresh_lifetime * 1.125)
	  FROM spent
), refresh AS (
	INSERT INTO oauth.refresh_token (slot, token_hash, salt, client_id,
	       user_id, authorization_id, scope, expires_at)
	SELECT oauth.refresh_token_slot(now() + refresh_lifetime), $9, '',
	       client_id, user_id, authorization_id, scope,
	       now() + refresh_lifetime
	  FROM spent
	 WHERE refresh_lifetime IS NOT NULL
), access AS (
	INSERT INTO oauth.access_token (slot, token_hash, client_id, user_id,
	       authorization_id, scope, expires_at)
	SELECT oauth.access_token_slot(now() + access_lifetime), $8, client_id,
	       user_id, authorization_id, scope, now() + access_lifetime
	  FROM spent
)
SELECT oauth.access_token_slot(now() + access_lifetime),
       oauth.refresh_token_slot(now() + refresh_lifetime), scope,
       date_part('epoch', access_lifetime)::bigint AS access_lifetime
  FROM spent
