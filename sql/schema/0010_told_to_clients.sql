-- 0010_told_to_clients.sql - a client is told of a person what it was granted to
-- know, and no more.
--
-- Programs of the version before go on while this is applied, and after it.

\set ON_ERROR_STOP on
BEGIN;

-- What is left of a scope where less was asked for, and of what was asked for
-- where it was not granted. In PL/pgSQL, so that a statement that may need it
-- has nothing to make ready where it does not.
CREATE FUNCTION oauth.narrowed_scope(asked text, granted text)
RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
	RETURN coalesce((SELECT string_agg(a.word, ' ' ORDER BY a.n)
	  FROM unnest(string_to_array(coalesce(asked, granted), ' '))
	       WITH ORDINALITY AS a (word, n)
	 WHERE a.word = ANY (string_to_array(granted, ' '))), '');
END $$;
COMMENT ON FUNCTION oauth.narrowed_scope(text, text) IS
'What was asked for of what was granted; all of it, where nothing was.';

-- A username is the same for everybody: two clients that know a person by
-- subjects of their own (OpenID Connect Core section 8.1) could find out by it
-- that they have the same. It comes with the scope profile, as
-- preferred_username does. user_sub: for oauth.claims_for().
CREATE OR REPLACE VIEW oauth.access_token_state AS
SELECT t.slot, t.token_hash, t.client_id, t.user_id,
       oauth.subject_for(u.sub, c.subject_type, c.sector_identifier,
           s.pairwise_salt) AS sub,
       CASE WHEN c.subject_type IS DISTINCT FROM 'pairwise'
           OR 'profile' = ANY (string_to_array(t.scope, ' '))
       THEN u.username END AS username,
       t.authorization_id, t.scope, c.audience, t.issued_at, t.expires_at,
       CASE
       WHEN t.expires_at <= now()         THEN 'expired'
       WHEN t.revoked_at IS NOT NULL      THEN 'revoked'
       WHEN c.client_id IS NULL           THEN 'client is gone'
       WHEN c.disabled_at IS NOT NULL     THEN 'client is disabled'
       WHEN t.issued_at <= c.tokens_valid_after
                                          THEN 'all tokens of the client were revoked'
       WHEN t.user_id IS NULL             THEN 'live'
       WHEN u.user_id IS NULL             THEN 'user is gone'
       WHEN u.disabled_at IS NOT NULL     THEN 'user is disabled'
       WHEN z.authorization_id IS NULL    THEN 'authorization is gone'
       WHEN z.revoked_at IS NOT NULL      THEN 'authorization was revoked'
       ELSE 'live'
       END AS state,
       z.claims AS requested_claims, z.auth_time, z.acr,
       u.claims, oauth.claims_for(u.sub, t.client_id, t.scope, 'userinfo')
           AS more_claims
  FROM oauth.access_token t
 CROSS JOIN oauth.setting s
  LEFT JOIN oauth.client c ON c.client_id = t.client_id
  LEFT JOIN oauth.end_user u ON u.user_id = t.user_id
  LEFT JOIN oauth.authorization_grant z
         ON z.authorization_id = t.authorization_id;

CREATE OR REPLACE VIEW oauth.refresh_token_state AS
SELECT t.slot, t.token_hash, t.salt, t.client_id, t.user_id,
       oauth.subject_for(u.sub, c.subject_type, c.sector_identifier,
           s.pairwise_salt) AS sub,
       CASE WHEN c.subject_type IS DISTINCT FROM 'pairwise'
           OR 'profile' = ANY (string_to_array(t.scope, ' '))
       THEN u.username END AS username,
       t.authorization_id, t.scope, c.audience, t.issued_at, t.expires_at,
       t.rotated_at, t.successor_slot,
       CASE
       WHEN t.expires_at <= now()         THEN 'expired'
       WHEN c.client_id IS NULL           THEN 'client is gone'
       WHEN c.disabled_at IS NOT NULL     THEN 'client is disabled'
       WHEN t.issued_at <= c.tokens_valid_after
                                          THEN 'all tokens of the client were revoked'
       WHEN u.user_id IS NULL             THEN 'user is gone'
       WHEN u.disabled_at IS NOT NULL     THEN 'user is disabled'
       WHEN z.authorization_id IS NULL    THEN 'authorization is gone'
       WHEN z.revoked_at IS NOT NULL      THEN 'authorization was revoked'
       WHEN t.rotated_at IS NULL          THEN 'live'
       WHEN t.rotated_at + s.refresh_retry_window > now()
                                          THEN 'rotated'
       ELSE 'used'
       END AS state,
       z.sid, z.auth_time, z.acr, z.amr, z.claims AS requested_claims,
       u.claims, oauth.claims_for(u.sub, t.client_id,
           oauth.narrowed_scope(t.scope, c.scope), 'id_token')
           AS more_claims,
       u.sub AS user_sub
  FROM oauth.refresh_token t
 CROSS JOIN oauth.setting s
  LEFT JOIN oauth.client c ON c.client_id = t.client_id
  LEFT JOIN oauth.end_user u ON u.user_id = t.user_id
  LEFT JOIN oauth.authorization_grant z
         ON z.authorization_id = t.authorization_id;

CREATE OR REPLACE VIEW oauth.authorization_grant_state AS
SELECT z.authorization_id, z.client_id,
       CASE WHEN c.subject_type IS DISTINCT FROM 'pairwise'
           OR 'profile' = ANY (string_to_array(z.scope, ' '))
       THEN u.username END AS username,
       z.claims AS requested_claims,
       u.claims, oauth.claims_for(u.sub, z.client_id, z.scope, 'userinfo')
           AS more_claims,
       CASE
       WHEN u.user_id IS NULL             THEN 'user is gone'
       WHEN u.disabled_at IS NOT NULL     THEN 'user is disabled'
       WHEN z.revoked_at IS NOT NULL      THEN 'authorization was revoked'
       ELSE 'live'
       END AS state,
       u.sub AS user_sub, z.scope
  FROM oauth.authorization_grant z
  LEFT JOIN oauth.client c ON c.client_id = z.client_id
  LEFT JOIN oauth.end_user u ON u.user_id = z.user_id;

INSERT INTO oauth.schema_migration (number) VALUES (10);
COMMIT;
