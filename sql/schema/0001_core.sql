-- 0001_core.sql - everything Postern must remember.
--
-- Names are the specifications' own. Applied once, by the role that is to own
-- the schema; the programs connect as the roles of sql/roles.sql.

\set ON_ERROR_STOP on
BEGIN;

CREATE SCHEMA oauth;
REVOKE ALL ON SCHEMA oauth FROM PUBLIC;

CREATE TABLE oauth.schema_migration (
	number     integer PRIMARY KEY,
	applied_at timestamptz NOT NULL DEFAULT now()
);

-- One row. A change takes effect with the next request.
CREATE TABLE oauth.setting (
	singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),

	-- RFC 8414 section 2: an https URL without query or fragment. http is for
	-- trying it out on this machine (RFC 8252 section 8.3 has the loopback
	-- interface as the one place where it is safe).
	issuer text NOT NULL DEFAULT 'http://localhost:8080'
		CHECK (issuer ~ '^https://[^/?#\s"<>]+(/[^?#\s"<>]*[^/?#\s"<>])?$'
		    OR issuer ~ '^http://(localhost|127\.[0-9.]+|\[::1\])(:[0-9]+)?(/[^?#\s"<>]*[^/?#\s"<>])?$'),

	-- The widest lifetimes are those the rings below have room for.
	authorization_code_lifetime interval NOT NULL DEFAULT '60 seconds'
		CHECK (authorization_code_lifetime BETWEEN '1 second' AND '10 minutes'),
	access_token_lifetime interval NOT NULL DEFAULT '1 hour'
		CHECK (access_token_lifetime BETWEEN '1 second' AND '1 day'),
	refresh_token_lifetime interval NOT NULL DEFAULT '30 days'
		CHECK (refresh_token_lifetime BETWEEN '1 second' AND '366 days'),

	-- A client that lost the answer may ask again with the same refresh token
	-- for so long, and gets the same successor.
	refresh_retry_window interval NOT NULL DEFAULT '30 seconds'
		CHECK (refresh_retry_window BETWEEN '0 seconds' AND '10 minutes'),

	session_lifetime      interval NOT NULL DEFAULT '14 days'
		CHECK (session_lifetime >= '1 second'),
	session_idle_lifetime interval NOT NULL DEFAULT '1 day'
		CHECK (session_idle_lifetime >= '1 second'),

	-- Sign-in attempts: so many at once, then one an interval. Nobody is locked
	-- out for ever: the next attempt is never further away than one interval.
	account_burst    integer  NOT NULL DEFAULT 10 CHECK (account_burst > 0),
	account_interval interval NOT NULL DEFAULT '30 seconds'
		CHECK (account_interval > '0'),
	address_burst    integer  NOT NULL DEFAULT 60 CHECK (address_burst > 0),
	address_interval interval NOT NULL DEFAULT '5 seconds'
		CHECK (address_interval > '0')
);
INSERT INTO oauth.setting DEFAULT VALUES;

-- RFC 6749 section 3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E )
CREATE TABLE oauth.scope (
	name        text PRIMARY KEY
		CHECK (name ~ '^[\x21\x23-\x5B\x5D-\x7E]{1,128}$'),
	description text NOT NULL,                 -- shown to the person at consent
	is_default  boolean NOT NULL DEFAULT false -- granted where none is asked
);

CREATE TABLE oauth.end_user (
	user_id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	-- OpenID Connect Core section 2: at most 255 ASCII characters.
	sub           text NOT NULL UNIQUE DEFAULT gen_random_uuid()::text
		CHECK (sub ~ '^[\x21-\x7E]{1,255}$'),
	username      text NOT NULL CHECK (length(username) BETWEEN 1 AND 255
		AND username !~ '[[:cntrl:]]'),
	-- What a person types is compared without regard to case and to how their
	-- keyboard composes accents.
	username_key  text GENERATED ALWAYS AS (lower(normalize(username, NFKC)))
		STORED UNIQUE,
	password_hash text CHECK (password_hash LIKE '$argon2id$%'),
	claims        jsonb NOT NULL DEFAULT '{}'
		CHECK (jsonb_typeof(claims) = 'object'),
	created_at    timestamptz NOT NULL DEFAULT now(),
	disabled_at   timestamptz
);

-- RFC 7591 section 2, and the columns of Authlib's OAuth2ClientMixin.
CREATE TABLE oauth.client (
	-- Never the shape of a sub, so that a client's own token and a person's can
	-- not be taken for each other (RFC 9700 section 4.15).
	client_id                text PRIMARY KEY
		CHECK (client_id ~ '^[\x21-\x7E]{1,120}$' AND client_id !~
		'^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'),
	-- 'sha256:' and 64 hexadecimal digits (a secret that we generated: 256
	-- random bits need no slow hash) or an Argon2id string (a secret that a
	-- person chose). NULL: a public client.
	client_secret_verifier   text
		CHECK (client_secret_verifier ~ '^sha256:[0-9a-f]{64}$'
		    OR client_secret_verifier LIKE '$argon2id$%'),
	client_id_issued_at      timestamptz NOT NULL DEFAULT now(),
	client_secret_expires_at timestamptz,      -- NULL: never
	disabled_at              timestamptz,
	-- Tokens issued up to then are dead: revokes all that a client holds at
	-- once, without touching a token's row.
	tokens_valid_after       timestamptz NOT NULL DEFAULT '-infinity',

	-- Metadata that the server reads.
	redirect_uris            text[] NOT NULL DEFAULT '{}'
		CHECK (array_position(redirect_uris, NULL) IS NULL
		   AND array_to_string(redirect_uris, '') !~ '[\s#\\"<>]'),
	token_endpoint_auth_method text NOT NULL DEFAULT 'client_secret_basic'
		CHECK (token_endpoint_auth_method IN
			('none', 'client_secret_basic', 'client_secret_post')),
	grant_types              text[] NOT NULL DEFAULT '{authorization_code}',
	response_types           text[] NOT NULL DEFAULT '{code}',
	scope                    text NOT NULL DEFAULT '',
	-- client_ids that may introspect this client's tokens: the resource
	-- servers it calls (RFC 7662 section 4).
	audience                 text[] NOT NULL DEFAULT '{}',
	require_pkce             boolean NOT NULL DEFAULT true,
	-- NULL: public clients rotate, confidential ones keep theirs.
	rotate_refresh_tokens    boolean,
	access_token_lifetime    interval       -- NULL: the setting's
		CHECK (access_token_lifetime BETWEEN '1 second' AND '1 day'),
	refresh_token_lifetime   interval
		CHECK (refresh_token_lifetime BETWEEN '1 second' AND '366 days'),
	client_name              text,
	client_uri               text,
	logo_uri                 text,
	tos_uri                  text,
	policy_uri               text,

	-- Metadata that is kept for others to read.
	contacts                 text[] NOT NULL DEFAULT '{}',
	jwks_uri                 text,
	jwks                     jsonb,
	software_id              text,
	software_version         text,
	id_token_signed_response_alg text,
	-- Every other registered member, as it came.
	client_metadata          jsonb NOT NULL DEFAULT '{}'
		CHECK (jsonb_typeof(client_metadata) = 'object'),

	CHECK ((client_secret_verifier IS NULL)
	     = (token_endpoint_auth_method = 'none')),
	CHECK (jwks IS NULL OR jwks_uri IS NULL)
);

-- The words of both, each once.
CREATE FUNCTION oauth.scope_union(a text, b text)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $$
	SELECT coalesce(string_agg(DISTINCT word, ' '), '')
	  FROM unnest(string_to_array(a || ' ' || b, ' ')) AS word
	 WHERE word <> ''
$$;
COMMENT ON FUNCTION oauth.scope_union(text, text) IS
'The words of two scopes, each once.';

-- A person's decision, remembered.
CREATE TABLE oauth.consent (
	user_id    bigint NOT NULL REFERENCES oauth.end_user ON DELETE CASCADE,
	client_id  text NOT NULL REFERENCES oauth.client ON DELETE CASCADE,
	scope      text NOT NULL,
	granted_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (user_id, client_id)
);
CREATE INDEX ON oauth.consent (client_id);

-- Somebody who is signed in. The cookie's SHA-256 is the key.
CREATE TABLE oauth.session (
	session_hash bytea PRIMARY KEY CHECK (length(session_hash) = 32),
	user_id      bigint NOT NULL REFERENCES oauth.end_user ON DELETE CASCADE,
	auth_time    timestamptz NOT NULL DEFAULT now(),
	acr          text,
	amr          text NOT NULL DEFAULT 'pwd',  -- RFC 8176
	last_seen_at timestamptz NOT NULL DEFAULT now(),
	expires_at   timestamptz NOT NULL
);
CREATE INDEX ON oauth.session (user_id);
CREATE INDEX ON oauth.session (expires_at);

-- What attempts to sign in to an account are counted by: however a name is
-- spelled, it is one account, and whether there is one is not looked at.
CREATE FUNCTION oauth.account_key(username text)
RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT sha256(convert_to(lower(normalize(username, NFKC)), 'UTF8'))
$$;

-- Sign-in attempts by the generic cell rate algorithm: arrival is when the
-- next attempt would have been due had they come one an interval.
CREATE TABLE oauth.sign_in_throttle (
	kind    text  NOT NULL CHECK (kind IN ('account', 'address')),
	key     bytea NOT NULL,        -- SHA-256: names are not kept here
	arrival timestamptz NOT NULL,
	PRIMARY KEY (kind, key)
);
CREATE INDEX ON oauth.sign_in_throttle (arrival);

-- What a person granted a client, once (RFC 6749 section 1.3): everything
-- issued under it points here, and revoking it is one update.
--
-- The client has no foreign key: see "Rings" below. Its rows are deleted with
-- it by a trigger instead.
CREATE SEQUENCE oauth.authorization_id;
CREATE TABLE oauth.authorization_grant (
	authorization_id bigint PRIMARY KEY
		DEFAULT nextval('oauth.authorization_id'),
	user_id       bigint NOT NULL REFERENCES oauth.end_user ON DELETE CASCADE,
	client_id     text NOT NULL,
	grant_type    text NOT NULL,
	scope         text NOT NULL,
	granted_at    timestamptz NOT NULL DEFAULT now(),
	expires_at    timestamptz NOT NULL,     -- of the last token under it
	revoked_at    timestamptz,
	revoked_why   text
);
CREATE INDEX ON oauth.authorization_grant (user_id);
CREATE INDEX ON oauth.authorization_grant (client_id);
CREATE INDEX ON oauth.authorization_grant (expires_at);

CREATE FUNCTION oauth.forget_client() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	DELETE FROM oauth.authorization_grant WHERE client_id = OLD.client_id;
	RETURN OLD;
END $$;
CREATE TRIGGER forget_client AFTER DELETE ON oauth.client
	FOR EACH ROW EXECUTE FUNCTION oauth.forget_client();

-- Rings.
--
-- A row that may be forgotten at time t is in slot floor(t / width) % slots. No
-- lifetime exceeds (slots - 2) widths, so the slot before the present one holds
-- nothing but what is past, and oauth.maintain() truncates it. No foreign keys:
-- each would write to the client's row once for every token.

CREATE FUNCTION oauth.access_token_slot(expires_at timestamptz)
RETURNS smallint LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT (floor(extract(epoch FROM expires_at) / 14400)::bigint % 8)::smallint
$$;
CREATE FUNCTION oauth.refresh_token_slot(expires_at timestamptz)
RETURNS smallint LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT (floor(extract(epoch FROM expires_at) / 5270400)::bigint % 8)::smallint
$$;
CREATE FUNCTION oauth.authorization_code_slot(expires_at timestamptz)
RETURNS smallint LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT (floor(extract(epoch FROM expires_at) / 86400)::bigint % 4)::smallint
$$;

CREATE TABLE oauth.authorization_code (
	slot                  smallint NOT NULL,
	code_hash             bytea NOT NULL,
	client_id             text NOT NULL,
	user_id               bigint NOT NULL,
	redirect_uri          text NOT NULL,
	-- Was redirect_uri in the request? Then the token request must have it
	-- (RFC 6749 section 4.1.3).
	redirect_uri_given    boolean NOT NULL,
	response_type         text NOT NULL DEFAULT 'code',
	scope                 text NOT NULL,
	nonce                 text,
	auth_time             timestamptz NOT NULL,
	acr                   text,
	amr                   text,
	code_challenge        text,
	code_challenge_method text,
	issued_at             timestamptz NOT NULL DEFAULT now(),
	expires_at            timestamptz NOT NULL,
	redeemed_at           timestamptz,
	authorization_id      bigint,            -- what it bought
	failures              smallint NOT NULL DEFAULT 0, -- wrong code_verifiers
	PRIMARY KEY (code_hash, slot)
) PARTITION BY LIST (slot);

CREATE TABLE oauth.access_token (
	slot             smallint NOT NULL,
	token_hash       bytea NOT NULL,
	client_id        text NOT NULL,
	user_id          bigint,                 -- NULL: the client's own
	authorization_id bigint,                 -- NULL likewise
	scope            text NOT NULL,
	issued_at        timestamptz NOT NULL DEFAULT now(),
	expires_at       timestamptz NOT NULL,
	revoked_at       timestamptz,
	PRIMARY KEY (token_hash, slot)
) PARTITION BY LIST (slot);

CREATE TABLE oauth.refresh_token (
	slot             smallint NOT NULL,
	token_hash       bytea NOT NULL,
	-- The successor's bytes are HMAC(server key, this token's bytes, salt), so
	-- that a retry gets the same successor though only hashes are kept.
	salt             bytea NOT NULL,
	client_id        text NOT NULL,
	user_id          bigint NOT NULL,
	authorization_id bigint NOT NULL,
	scope            text NOT NULL,
	issued_at        timestamptz NOT NULL DEFAULT now(),
	expires_at       timestamptz NOT NULL,
	rotated_at       timestamptz,            -- first used for a successor
	successor_slot   smallint,
	PRIMARY KEY (token_hash, slot)
) PARTITION BY LIST (slot);

DO $$
DECLARE ring record;
BEGIN
	FOR ring IN SELECT * FROM (VALUES ('authorization_code', 4),
		('access_token', 8), ('refresh_token', 8)) AS r (name, slots)
	LOOP
		FOR slot IN 0 .. ring.slots - 1 LOOP
			EXECUTE format('CREATE TABLE oauth.%I PARTITION OF oauth.%I '
				'FOR VALUES IN (%s)', ring.name || '_' || slot, ring.name, slot);
		END LOOP;
	END LOOP;
END $$;

-- Why a token is good or not: read by the resource server, introspection and
-- oauth.explain(), so that they can not disagree.
CREATE VIEW oauth.access_token_state AS
SELECT t.slot, t.token_hash, t.client_id, t.user_id, u.sub, u.username,
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
       END AS state
  FROM oauth.access_token t
  LEFT JOIN oauth.client c ON c.client_id = t.client_id
  LEFT JOIN oauth.end_user u ON u.user_id = t.user_id
  LEFT JOIN oauth.authorization_grant z
         ON z.authorization_id = t.authorization_id;

-- 'rotated' is live for a retry, within refresh_retry_window of rotated_at.
CREATE VIEW oauth.refresh_token_state AS
SELECT t.slot, t.token_hash, t.salt, t.client_id, t.user_id, u.sub, u.username,
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
       END AS state
  FROM oauth.refresh_token t
 CROSS JOIN oauth.setting s
  LEFT JOIN oauth.client c ON c.client_id = t.client_id
  LEFT JOIN oauth.end_user u ON u.user_id = t.user_id
  LEFT JOIN oauth.authorization_grant z
         ON z.authorization_id = t.authorization_id;

CREATE VIEW oauth.authorization_code_state AS
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
       END AS state
  FROM oauth.authorization_code t
  LEFT JOIN oauth.client c ON c.client_id = t.client_id
  LEFT JOIN oauth.end_user u ON u.user_id = t.user_id
  LEFT JOIN oauth.consent k ON k.user_id = t.user_id
                           AND k.client_id = t.client_id;

INSERT INTO oauth.schema_migration (number) VALUES (1);
COMMIT;
