-- 0002_openid.sql - OpenID Connect: keys that sign, sessions that clients know
-- of, and what a client may register about them.
--
-- Everything is added with a default, so that programs of the version before
-- go on while this is applied.

\set ON_ERROR_STOP on
BEGIN;

ALTER TABLE oauth.setting
	ADD id_token_lifetime interval NOT NULL DEFAULT '1 hour'
		CHECK (id_token_lifetime BETWEEN '1 second' AND '1 day'),
	-- How long a key signs, and how long before that it is published, so that
	-- whoever keeps the JWKS document a while has it in time.
	ADD key_lifetime interval NOT NULL DEFAULT '90 days'
		CHECK (key_lifetime BETWEEN '1 minute' AND '5 years'),
	ADD key_published_before interval NOT NULL DEFAULT '1 day'
		CHECK (key_published_before BETWEEN '0 seconds' AND '90 days'),
	-- Pairwise subjects are hashes over this (OpenID Connect Core section 8.1).
	ADD pairwise_salt bytea NOT NULL DEFAULT sha256(convert_to(
		gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')),
	-- What outgoing requests (jwks_uri, request_uri, sector_identifier_uri,
	-- back-channel logout) may reach besides public addresses, and the
	-- certificate authorities that they trust instead of the system's: a file.
	ADD outgoing_networks cidr[] NOT NULL DEFAULT '{}',
	ADD outgoing_ca_file text,
	ADD require_signed_request_object boolean NOT NULL DEFAULT false,
	ADD require_pushed_authorization_requests boolean NOT NULL DEFAULT false,
	-- May people make an account by themselves (prompt "create")?
	ADD account_creation boolean NOT NULL DEFAULT false,
	ADD CHECK (key_published_before <= key_lifetime / 2);

ALTER TABLE oauth.client
	DROP CONSTRAINT client_token_endpoint_auth_method_check,
	ADD CONSTRAINT client_token_endpoint_auth_method_check
		CHECK (token_endpoint_auth_method IN ('none', 'client_secret_basic',
			'client_secret_post', 'client_secret_jwt', 'private_key_jwt')),
	DROP CONSTRAINT client_check,
	-- client_secret_jwt needs the secret itself, so that is kept sealed with
	-- the server's key; the others' is known by its hash alone.
	ADD client_secret_sealed text,
	ADD CONSTRAINT client_secret_fits_method CHECK (
		CASE token_endpoint_auth_method
		WHEN 'none' THEN client_secret_verifier IS NULL
			AND client_secret_sealed IS NULL
		WHEN 'private_key_jwt' THEN client_secret_verifier IS NULL
			AND client_secret_sealed IS NULL
		WHEN 'client_secret_jwt' THEN client_secret_verifier IS NULL
		ELSE client_secret_verifier IS NOT NULL
			AND client_secret_sealed IS NULL END),
	ADD token_endpoint_auth_signing_alg text,
	ADD application_type text NOT NULL DEFAULT 'web'
		CHECK (application_type IN ('web', 'native')),
	-- OpenID Connect Core section 8. The sector is a host name; clients of one
	-- sector know a person by the same subject.
	ADD subject_type text NOT NULL DEFAULT 'public'
		CHECK (subject_type IN ('public', 'pairwise')),
	ADD sector_identifier_uri text,
	ADD sector_identifier text,
	ADD CONSTRAINT pairwise_has_sector
		CHECK (subject_type = 'public' OR sector_identifier IS NOT NULL),
	ADD userinfo_signed_response_alg text,
	ADD introspection_signed_response_alg text,
	ADD authorization_signed_response_alg text,
	ADD request_object_signing_alg text,
	ADD require_signed_request_object boolean NOT NULL DEFAULT false,
	ADD require_pushed_authorization_requests boolean NOT NULL DEFAULT false,
	ADD request_uris text[] NOT NULL DEFAULT '{}',
	ADD default_max_age integer CHECK (default_max_age >= 0),
	ADD default_acr_values text[] NOT NULL DEFAULT '{}',
	ADD require_auth_time boolean NOT NULL DEFAULT false,
	ADD initiate_login_uri text,
	ADD post_logout_redirect_uris text[] NOT NULL DEFAULT '{}',
	ADD backchannel_logout_uri text,
	ADD backchannel_logout_session_required boolean NOT NULL DEFAULT false,
	ADD frontchannel_logout_uri text,
	ADD frontchannel_logout_session_required boolean NOT NULL DEFAULT false,
	-- 'jwt': RFC 9068; then signed by this algorithm, default RS256, and for
	-- this resource (aud), default the issuer.
	ADD access_token_format text NOT NULL DEFAULT 'opaque'
		CHECK (access_token_format IN ('opaque', 'jwt')),
	ADD access_token_signed_response_alg text,
	ADD access_token_audience text;

DO $$
DECLARE member text;
BEGIN
	FOREACH member IN ARRAY '{id_token_signed_response_alg,
		userinfo_signed_response_alg,introspection_signed_response_alg,
		authorization_signed_response_alg,access_token_signed_response_alg,
		request_object_signing_alg}'::text[] LOOP
		EXECUTE format('UPDATE oauth.client SET %1$I = NULL WHERE %1$I NOT IN
			(''RS256'', ''PS256'', ''ES256'', ''EdDSA'')', member);
		EXECUTE format('ALTER TABLE oauth.client ADD CHECK (%I IN
			(''RS256'', ''PS256'', ''ES256'', ''EdDSA''))', member);
	END LOOP;
END $$;

-- A subject, as this client is to know it. No claim can be turned back into a
-- person without the salt (OpenID Connect Core section 8.1).
CREATE FUNCTION oauth.subject_for(sub text, subject_type text,
	sector_identifier text, salt bytea)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT CASE WHEN subject_type IS DISTINCT FROM 'pairwise' THEN sub
	ELSE rtrim(translate(encode(sha256(convert_to(sector_identifier || ' ' || sub,
		'UTF8') || salt), 'base64'), '+/', '-_'), '=') END
$$;

COMMENT ON FUNCTION oauth.subject_for(text, text, text, bytea) IS
'A subject, as a client is to know it.';

-- What more is known of a person than oauth.end_user.claims has, for this
-- client and these scopes: the operator's to replace (docs/managing.md).
-- target: 'userinfo' or 'id_token'.
CREATE FUNCTION oauth.claims_for(sub text, client_id text, scope text,
	target text)
RETURNS jsonb LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT '{}'::jsonb
$$;
COMMENT ON FUNCTION oauth.claims_for(text, text, text, text) IS
'What more is known of a person: for the operator to replace.';

-- Keys that sign. Made by the programs, which have the key that private_jwk is
-- sealed with; kid is the thumbprint (RFC 7638).
CREATE TABLE oauth.signing_key (
	kid         text PRIMARY KEY,
	alg         text NOT NULL CHECK (alg IN ('RS256', 'PS256', 'ES256', 'EdDSA')),
	-- One after the other; two machines that make one at once make the same,
	-- and the second finds it taken.
	generation  integer NOT NULL CHECK (generation > 0),
	public_jwk  text NOT NULL,
	private_jwk text NOT NULL,                  -- sealed, base64url
	created_at  timestamptz NOT NULL DEFAULT now(),
	sign_from   timestamptz NOT NULL,
	-- By the operator: it signs no more, and nothing it signed is believed.
	withdrawn_at timestamptz,
	UNIQUE (alg, generation)
);

-- The time table. A key signs until the next one of its algorithm does, and is
-- published until what it signed last has expired: a day at most (oauth.setting)
-- and one more.
CREATE VIEW oauth.signing_key_timetable AS
SELECT k.kid, k.alg, k.generation, k.created_at, k.sign_from,
       coalesce(k.next, k.sign_from + s.key_lifetime) AS sign_until,
       k.next + interval '2 days' AS published_until,
       CASE
       WHEN k.withdrawn_at IS NOT NULL            THEN 'withdrawn'
       WHEN k.sign_from > now()                   THEN 'published'
       WHEN k.next IS NULL OR k.next > now()      THEN 'signing'
       WHEN k.next + interval '2 days' > now()    THEN 'retiring'
       ELSE 'retired'
       END AS state
  FROM (SELECT o.*, lead(o.sign_from) OVER (PARTITION BY o.alg,
               o.withdrawn_at IS NULL ORDER BY o.generation) AS next
          FROM oauth.signing_key o) AS k
 CROSS JOIN oauth.setting s;

-- The key that signs what a client gets, by what it is for; no row where it has
-- not asked for that to be signed.
CREATE VIEW oauth.client_signing_key AS
SELECT c.client_id, p.purpose, k.kid, k.alg, k.private_jwk
  FROM oauth.client c
 CROSS JOIN LATERAL (VALUES
       ('id_token', coalesce(c.id_token_signed_response_alg, 'RS256')),
       ('authorization', coalesce(c.authorization_signed_response_alg, 'RS256')),
       ('userinfo', c.userinfo_signed_response_alg),
       ('introspection', coalesce(c.introspection_signed_response_alg, 'RS256')),
       ('access_token', CASE WHEN c.access_token_format = 'jwt'
           THEN coalesce(c.access_token_signed_response_alg, 'RS256') END))
       AS p (purpose, alg)
 CROSS JOIN LATERAL (SELECT o.kid, o.alg, o.private_jwk
         FROM oauth.signing_key o
        WHERE o.alg = p.alg AND o.withdrawn_at IS NULL
          AND o.sign_from <= now()
        ORDER BY o.generation DESC LIMIT 1) AS k;

-- sid (OpenID Connect Front-Channel Logout section 3) outlives a new sign-in
-- of the same person, which the cookie does not.
ALTER TABLE oauth.session
	ADD sid text NOT NULL DEFAULT gen_random_uuid()::text UNIQUE;

ALTER TABLE oauth.authorization_code
	ADD sid text, ADD claims text;

-- What ID tokens that come later repeat (OpenID Connect Core section 12.2).
-- sid only where the scope has openid: that grant ends with the session, but
-- for offline_access.
ALTER TABLE oauth.authorization_grant
	ADD sid text, ADD auth_time timestamptz, ADD acr text, ADD amr text,
	ADD claims text;
CREATE INDEX ON oauth.authorization_grant (sid) WHERE sid IS NOT NULL;

-- Access tokens that carry themselves (RFC 9068) have no row; those that were
-- revoked have one here, by the SHA-256 of their jti, until they expire.
CREATE TABLE oauth.revoked_access_token (
	jti_hash   bytea PRIMARY KEY CHECK (length(jti_hash) = 32),
	expires_at timestamptz NOT NULL
);
CREATE INDEX ON oauth.revoked_access_token (expires_at);

INSERT INTO oauth.scope (name, description) VALUES
	('openid', 'Know that it is you'),
	('profile', 'See your name and profile'),
	('email', 'See your e-mail address'),
	('address', 'See your postal address'),
	('phone', 'See your phone number'),
	('offline_access', 'Keep access when you are not signed in')
    ON CONFLICT (name) DO NOTHING;

CREATE OR REPLACE VIEW oauth.access_token_state AS
SELECT t.slot, t.token_hash, t.client_id, t.user_id,
       oauth.subject_for(u.sub, c.subject_type, c.sector_identifier,
           s.pairwise_salt) AS sub,
       u.username,
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
       u.username,
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
       u.claims, oauth.claims_for(u.sub, t.client_id, t.scope, 'id_token')
           AS more_claims
  FROM oauth.refresh_token t
 CROSS JOIN oauth.setting s
  LEFT JOIN oauth.client c ON c.client_id = t.client_id
  LEFT JOIN oauth.end_user u ON u.user_id = t.user_id
  LEFT JOIN oauth.authorization_grant z
         ON z.authorization_id = t.authorization_id;

CREATE OR REPLACE VIEW oauth.authorization_code_state AS
SELECT t.slot, t.code_hash, t.client_id, t.user_id, t.redirect_uri,
       t.redirect_uri_given, t.scope, t.nonce, t.auth_time, t.acr, t.amr,
       t.code_challenge, t.code_challenge_method, t.issued_at, t.expires_at,
       t.redeemed_at, t.authorization_id, t.failures,
       CASE
       WHEN t.redeemed_at IS NOT NULL     THEN 'used'
       WHEN t.expires_at <= now()         THEN 'expired'
       WHEN t.failures >= 5               THEN 'given too many wrong code_verifiers'
       WHEN c.client_id IS NULL           THEN 'client is gone'
       WHEN c.disabled_at IS NOT NULL     THEN 'client is disabled'
       WHEN t.issued_at <= c.tokens_valid_after
                                          THEN 'all tokens of the client were revoked'
       WHEN u.user_id IS NULL             THEN 'user is gone'
       WHEN u.disabled_at IS NOT NULL     THEN 'user is disabled'
       WHEN k.user_id IS NULL             THEN 'consent was withdrawn'
       ELSE 'live'
       END AS state,
       t.sid, t.claims AS requested_claims,
       oauth.subject_for(u.sub, c.subject_type, c.sector_identifier,
           s.pairwise_salt) AS sub,
       u.claims, oauth.claims_for(u.sub, t.client_id, t.scope, 'id_token')
           AS more_claims
  FROM oauth.authorization_code t
 CROSS JOIN oauth.setting s
  LEFT JOIN oauth.client c ON c.client_id = t.client_id
  LEFT JOIN oauth.end_user u ON u.user_id = t.user_id
  LEFT JOIN oauth.consent k ON k.user_id = t.user_id
                           AND k.client_id = t.client_id;

-- An authorization, for an access token that carries itself.
CREATE VIEW oauth.authorization_grant_state AS
SELECT z.authorization_id, z.client_id, u.username, z.claims AS requested_claims,
       u.claims, oauth.claims_for(u.sub, z.client_id, z.scope, 'userinfo')
           AS more_claims,
       CASE
       WHEN u.user_id IS NULL             THEN 'user is gone'
       WHEN u.disabled_at IS NOT NULL     THEN 'user is disabled'
       WHEN z.revoked_at IS NOT NULL      THEN 'authorization was revoked'
       ELSE 'live'
       END AS state
  FROM oauth.authorization_grant z
  LEFT JOIN oauth.end_user u ON u.user_id = z.user_id;

INSERT INTO oauth.schema_migration (number) VALUES (2);
COMMIT;
