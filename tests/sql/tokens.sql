-- tokens.sql - for tests: functions that make tokens and codes of known text.
--
-- The 32 bytes are SHA-256 of a name, so that a test can name what it made.

CREATE SCHEMA test;

CREATE FUNCTION test.bytes(name text) RETURNS bytea LANGUAGE sql AS
$$ SELECT sha256(convert_to(name, 'UTF8')) $$;

CREATE FUNCTION test.text(kind text, slot integer, name text) RETURNS text
LANGUAGE sql AS $$
	SELECT kind || slot || '_' || translate(encode(test.bytes(name), 'base64'),
		'+/=', '-_')
$$;

CREATE FUNCTION test.grant(id bigint, username text, client text) RETURNS void
LANGUAGE sql AS $$
	INSERT INTO oauth.authorization_grant (authorization_id, user_id, client_id,
	       grant_type, scope, granted_at, expires_at)
	VALUES (id, oauth.find_user(username), client, 'authorization_code',
	        'profile', clock_timestamp(), now() + interval '1 day')
$$;

-- Each gives the credential's text.
CREATE FUNCTION test.access(name text, client text, username text, id bigint,
	life interval DEFAULT '1 hour') RETURNS text LANGUAGE sql AS $$
	INSERT INTO oauth.access_token (slot, token_hash, client_id, user_id,
	       authorization_id, scope, issued_at, expires_at)
	VALUES (oauth.access_token_slot(now() + life), sha256(test.bytes(name)),
	        client, oauth.find_user(username), id, 'profile',
	        clock_timestamp() + least(life, '0'), now() + life)
	RETURNING test.text('pat', slot, name)
$$;

CREATE FUNCTION test.refresh(name text, client text, username text, id bigint,
	life interval DEFAULT '30 days') RETURNS text LANGUAGE sql AS $$
	INSERT INTO oauth.refresh_token (slot, token_hash, salt, client_id, user_id,
	       authorization_id, scope, issued_at, expires_at)
	VALUES (oauth.refresh_token_slot(now() + life), sha256(test.bytes(name)),
	        '\x00', client, oauth.find_user(username), id, 'profile',
	        clock_timestamp() + least(life, '0'), now() + life)
	RETURNING test.text('prt', slot, name)
$$;

CREATE FUNCTION test.code(name text, client text, username text,
	life interval DEFAULT '60 seconds') RETURNS text LANGUAGE sql AS $$
	INSERT INTO oauth.authorization_code (slot, code_hash, client_id, user_id,
	       redirect_uri, redirect_uri_given, scope, auth_time, issued_at,
	       expires_at)
	VALUES (oauth.authorization_code_slot(now() + life),
	        sha256(test.bytes(name)), client, oauth.find_user(username),
	        'https://a.example/cb', true, 'profile', now(),
	        clock_timestamp() - interval '1 second' + least(life, '0'),
	        now() + life)
	RETURNING test.text('pac', slot, name)
$$;

-- Of a device that waits, or one that alice or bob has decided on.
CREATE FUNCTION test.device(name text, client text, username text DEFAULT NULL,
	decision text DEFAULT NULL, life interval DEFAULT '10 minutes')
RETURNS text LANGUAGE sql AS $$
	INSERT INTO oauth.device_code (device_code_hash, user_code_hash, client_id,
	       scope, issued_at, expires_at, user_id, decision)
	VALUES (sha256(test.bytes(name)), test.bytes('user code ' || name), client,
	        'profile', clock_timestamp() - interval '1 second' + least(life, '0'),
	        now() + life, CASE WHEN decision IS NOT NULL
	        THEN oauth.find_user(username) END, decision)
	RETURNING test.text('pdc', 0, name)
$$;

-- A client and a user to make them for.
SELECT oauth.define_scope('profile', 'See your name', true),
       oauth.register_client('{"client_id": "app", "client_name": "App",
       "redirect_uris": ["https://a.example/cb"]}'),
       oauth.register_client('{"client_id": "other",
       "grant_types": ["client_credentials"]}'),
       oauth.create_user('alice', NULL), oauth.create_user('bob', NULL);
UPDATE oauth.client SET tokens_valid_after = now() - interval '1 year';
INSERT INTO oauth.consent (user_id, client_id, scope)
SELECT user_id, 'app', 'profile' FROM oauth.end_user;
