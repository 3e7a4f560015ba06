-- 0005_registration.sql - clients that register themselves (RFC 7591, RFC 7592,
-- OpenID Connect Dynamic Client Registration).

\set ON_ERROR_STOP on
BEGIN;

ALTER TABLE oauth.setting
	-- 'off'; 'token': whoever has an initial access token; 'open': anybody.
	ADD registration text NOT NULL DEFAULT 'off'
		CHECK (registration IN ('off', 'token', 'open')),
	-- What such a client may have at most. The scope is also what it has where
	-- it does not say, as far as those scopes are defined.
	ADD registration_scope text NOT NULL
		DEFAULT 'openid profile email address phone offline_access',
	ADD registration_grant_types text[] NOT NULL
		DEFAULT '{authorization_code,refresh_token,'
			'urn:ietf:params:oauth:grant-type:device_code}'
		CHECK (array_position(registration_grant_types, NULL) IS NULL),
	-- How many clients there may be that registered themselves, and how many
	-- one address may register in an hour.
	ADD registration_limit integer NOT NULL DEFAULT 10000
		CHECK (registration_limit >= 0),
	ADD registration_address_limit integer NOT NULL DEFAULT 20
		CHECK (registration_address_limit >= 0),
	-- After that, one whom nobody ever used is deleted.
	ADD registration_unused_lifetime interval NOT NULL DEFAULT '30 days'
		CHECK (registration_unused_lifetime >= '1 hour');

ALTER TABLE oauth.client
	-- NULL: registered by the administrator, and not its own to change.
	ADD registration_access_token_hash bytea UNIQUE
		CHECK (length(registration_access_token_hash) = 32),
	ADD registered_from text,                -- an address
	-- Something was granted to it; NULL: not yet, as far as oauth.maintain()
	-- has seen. Kept for those that registered themselves.
	ADD used_at timestamptz;
CREATE INDEX ON oauth.client (client_id_issued_at)
	WHERE registration_access_token_hash IS NOT NULL AND used_at IS NULL;

-- Who may register where that is not for anybody (RFC 7591 section 1.2).
CREATE TABLE oauth.initial_access_token (
	token_hash bytea PRIMARY KEY CHECK (length(token_hash) = 32),
	uses_left  integer NOT NULL CHECK (uses_left >= 0),
	created_at timestamptz NOT NULL DEFAULT now(),
	expires_at timestamptz NOT NULL
);
CREATE INDEX ON oauth.initial_access_token (expires_at);

-- What clients did to their own registrations. No foreign key: it outlives
-- them.
CREATE TABLE oauth.client_event (
	event_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	at        timestamptz NOT NULL DEFAULT now(),
	client_id text NOT NULL,
	what      text NOT NULL CHECK (what IN
		('registered', 'replaced', 'deleted', 'expired')),
	who       text NOT NULL,
	address   text,
	before    jsonb,
	after     jsonb
);
CREATE INDEX ON oauth.client_event (at);
CREATE INDEX ON oauth.client_event (client_id);
CREATE INDEX ON oauth.client_event (address, at) WHERE what = 'registered';

-- Whose software statements are believed (RFC 7591 section 2.3).
CREATE TABLE oauth.software_publisher (
	iss           text PRIMARY KEY CHECK (length(iss) BETWEEN 1 AND 2000),
	jwks          jsonb NOT NULL CHECK (jsonb_typeof(jwks -> 'keys') = 'array'),
	alg           text NOT NULL
		CHECK (alg IN ('RS256', 'PS256', 'ES256', 'EdDSA')),
	trusted_since timestamptz NOT NULL DEFAULT now()
);

INSERT INTO oauth.schema_migration (number) VALUES (5);
COMMIT;
