-- functions_client.sql - clients: register, change, disable, delete; secrets.
--
-- What their metadata may be is in functions_client_metadata.sql, and what of it
-- must go together in functions_client_check.sql.
--
--   psql "$POSTERN_ADMIN_DATABASE" -f sql/manage/functions_client.sql

\set ON_ERROR_STOP on
BEGIN;

-- Refuse a client_id that a new client can not have.
--
--   SELECT oauth.check_new_client_id('my-client');
CREATE OR REPLACE FUNCTION oauth.check_new_client_id(client_id text)
RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	IF client_id !~ '^[\x21-\x7E]{1,120}$' THEN
		PERFORM oauth.refuse('invalid_client_metadata: client_id must be 1 to '
			'120 printable ASCII characters without spaces',
			'leave it out, and one is made');
	-- RFC 9700 section 4.15: a client's own token must not be taken for a
	-- person's.
	ELSIF client_id ~ '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$'
	   OR EXISTS (SELECT FROM oauth.end_user u
	               WHERE u.sub = check_new_client_id.client_id) THEN
		PERFORM oauth.refuse('invalid_client_metadata: client_id looks like '
			'the subject of a person (RFC 9700 section 4.15)',
			'leave it out, and one is made; or put something before it');
	ELSIF EXISTS (SELECT FROM oauth.client c
	               WHERE c.client_id = check_new_client_id.client_id) THEN
		PERFORM oauth.refuse(format('invalid_client_metadata: there is a client '
			'"%s" already', client_id), 'oauth.change_client() changes it');
	END IF;
END $$;
COMMENT ON FUNCTION oauth.check_new_client_id(text) IS
'Raises an error where a new client can not have this client_id.';

-- Tell whoever made a client use client_secret_jwt that its secret is still to
-- be made: it is kept sealed, since signatures are checked with it.
--
--   SELECT oauth.tell_of_sealed_secret('my-client');
CREATE OR REPLACE FUNCTION oauth.tell_of_sealed_secret(client_id text)
RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	RAISE NOTICE 'client "%" has no secret yet: that of client_secret_jwt is '
		'kept sealed, with a key that no SQL has', client_id
		USING HINT = '`postern client-secret CLIENT_ID` makes one and shows it';
END $$;
COMMENT ON FUNCTION oauth.tell_of_sealed_secret(text) IS
'Says how a client of client_secret_jwt gets its secret.';

-- Register a client. The secret is shown this once; only its hash is kept. A
-- public client ("token_endpoint_auth_method": "none") has none, and one that
-- brings its "client_secret_verifier" keeps the secret it has.
--
--   SELECT * FROM oauth.register_client('{
--       "client_name": "My app",
--       "redirect_uris": ["https://app.example/callback"],
--       "grant_types": ["authorization_code", "refresh_token"],
--       "scope": "profile"
--   }');
CREATE OR REPLACE FUNCTION oauth.register_client(metadata jsonb,
	OUT client_id text, OUT client_secret text)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	client oauth.client;
BEGIN
	PERFORM oauth.check_members(metadata);
	client_id := metadata ->> 'client_id';
	IF client_id IS NULL THEN
		-- 128 random bits, in letters and digits.
		client_id := translate(encode(substring(oauth.random_bytes() FOR 16),
			'base64'), '+/=', 'xy');
	END IF;
	PERFORM oauth.check_new_client_id(client_id);
	client.client_id := client_id;
	client := oauth.client_from_metadata(metadata, client);
	IF client.token_endpoint_auth_method IN ('none', 'private_key_jwt') THEN
		client.client_secret_expires_at := NULL;
	ELSIF client.token_endpoint_auth_method = 'client_secret_jwt' THEN
		PERFORM oauth.tell_of_sealed_secret(client_id);
	ELSIF client.client_secret_verifier IS NULL THEN
		client_secret := oauth.new_client_secret();
		client.client_secret_verifier :=
			oauth.client_secret_verifier(client_secret);
	END IF;
	client.client_id_issued_at := coalesce(to_timestamp(
		(metadata ->> 'client_id_issued_at')::numeric::bigint), now());
	-- Should there have been a client of this name before, its tokens stay dead.
	client.tokens_valid_after := now();
	INSERT INTO oauth.client VALUES (client.*);
END $$;
COMMENT ON FUNCTION oauth.register_client(jsonb) IS
'Registers a client; gives its client_id and, this once, its secret.';

-- Write all columns of a client that is there.
--
--   SELECT oauth.store_client(c) FROM oauth.client c;
CREATE OR REPLACE FUNCTION oauth.store_client(client oauth.client)
RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	columns text := (SELECT string_agg(quote_ident(attname), ', '
	                        ORDER BY attnum)
	                   FROM pg_attribute
	                  WHERE attrelid = 'oauth.client'::regclass
	                    AND attnum > 0 AND NOT attisdropped);
BEGIN
	EXECUTE format('UPDATE oauth.client SET (%1$s) = (SELECT %1$s '
		'FROM (SELECT ($1).*) AS c) WHERE client_id = ($1).client_id',
		columns) USING client;
END $$;
COMMENT ON FUNCTION oauth.store_client(oauth.client) IS
'Writes all columns of a client.';

-- Change the given members of a client and leave the others; null takes one
-- back. A public client that becomes confidential gets a secret by
-- rotate_client_secret().
--
--   SELECT oauth.change_client('my-client', '{"client_name": "My app"}');
CREATE OR REPLACE FUNCTION oauth.change_client(client_id text, metadata jsonb)
RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	client oauth.client;
BEGIN
	PERFORM FROM oauth.client c WHERE c.client_id = change_client.client_id
	    FOR UPDATE;
	client := oauth.client_of(client_id);
	client := oauth.client_from_metadata(metadata, client);
	IF coalesce(metadata ->> 'client_id', client_id) <> client_id THEN
		PERFORM oauth.refuse('invalid_client_metadata: a client_id can not be '
			'changed', 'register another client');
	END IF;
	IF client.token_endpoint_auth_method <> 'client_secret_jwt' THEN
		client.client_secret_sealed := NULL;
	ELSIF client.client_secret_sealed IS NULL THEN
		PERFORM oauth.tell_of_sealed_secret(client_id);
	END IF;
	IF client.token_endpoint_auth_method IN ('none', 'private_key_jwt') THEN
		client.client_secret_verifier := NULL;
		client.client_secret_expires_at := NULL;
	ELSIF client.token_endpoint_auth_method = 'client_secret_jwt' THEN
		client.client_secret_verifier := NULL;
	ELSIF client.client_secret_verifier IS NULL THEN
		-- Until there is a secret that somebody knows, nobody does.
		client.client_secret_verifier :=
			oauth.client_secret_verifier(oauth.new_client_secret());
		RAISE NOTICE 'client "%" needs a secret now', client_id
			USING HINT = 'SELECT oauth.rotate_client_secret(...) shows it one';
	END IF;
	PERFORM oauth.store_client(client);
END $$;
COMMENT ON FUNCTION oauth.change_client(text, jsonb) IS
'Changes the given members of a client''s metadata.';

-- The client, or an error.
--
--   SELECT (oauth.client_of('my-client')).redirect_uris;
CREATE OR REPLACE FUNCTION oauth.client_of(client_id text)
RETURNS oauth.client LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	client oauth.client;
BEGIN
	SELECT c.* INTO client FROM oauth.client c
	 WHERE c.client_id = client_of.client_id;
	IF NOT FOUND THEN
		PERFORM oauth.refuse(format('no such client: "%s"', client_id),
			'SELECT client_id, client_name FROM oauth.client lists them',
			'P0002');
	END IF;
	RETURN client;
END $$;
COMMENT ON FUNCTION oauth.client_of(text) IS
'The row of a client; an error where there is none.';

-- Disable a client: it can do nothing, and its tokens are dead while it is so.
--
--   SELECT oauth.disable_client('my-client');
CREATE OR REPLACE FUNCTION oauth.disable_client(client_id text)
RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	PERFORM oauth.client_of(client_id);
	UPDATE oauth.client c
	   SET disabled_at = coalesce(c.disabled_at, clock_timestamp())
	 WHERE c.client_id = disable_client.client_id;
END $$;
COMMENT ON FUNCTION oauth.disable_client(text) IS
'Disables a client and, while it is disabled, all its tokens.';

-- Enable it again: tokens that have not expired live again, unless
-- revoke_client_tokens() was called.
--
--   SELECT oauth.enable_client('my-client');
CREATE OR REPLACE FUNCTION oauth.enable_client(client_id text)
RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	PERFORM oauth.client_of(client_id);
	UPDATE oauth.client c SET disabled_at = NULL
	 WHERE c.client_id = enable_client.client_id;
END $$;
COMMENT ON FUNCTION oauth.enable_client(text) IS
'Enables a disabled client.';

-- Delete a client with all that was granted to it. Its tokens are dead at once.
--
--   SELECT oauth.delete_client('my-client');
CREATE OR REPLACE FUNCTION oauth.delete_client(client_id text)
RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	PERFORM oauth.client_of(client_id);
	DELETE FROM oauth.client c WHERE c.client_id = delete_client.client_id;
	UPDATE oauth.client c
	   SET audience = array_remove(c.audience, delete_client.client_id)
	 WHERE delete_client.client_id = ANY (c.audience);
END $$;
COMMENT ON FUNCTION oauth.delete_client(text) IS
'Deletes a client, its consents and its authorizations.';

-- Give a client a new secret, shown this once. The old one is dead at once;
-- tokens are not touched.
--
--   SELECT oauth.rotate_client_secret('my-client');
--   SELECT oauth.rotate_client_secret('my-client', now() + interval '1 year');
CREATE OR REPLACE FUNCTION oauth.rotate_client_secret(client_id text,
	client_secret_expires_at timestamptz DEFAULT NULL)
RETURNS text LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	client oauth.client := oauth.client_of(client_id);
	client_secret text := oauth.new_client_secret();
BEGIN
	IF client.token_endpoint_auth_method = 'client_secret_jwt' THEN
		PERFORM oauth.refuse(format('the secret of client "%s" is sealed with a '
			'key that no SQL has', client_id),
			'`postern client-secret CLIENT_ID` gives it a new one');
	ELSIF client.token_endpoint_auth_method = 'private_key_jwt' THEN
		PERFORM oauth.refuse(format('client "%s" has keys and no secret',
			client_id), 'oauth.change_client() changes its jwks or jwks_uri');
	ELSIF client.token_endpoint_auth_method NOT IN
	   ('client_secret_basic', 'client_secret_post') THEN
		PERFORM oauth.refuse(format('client "%s" is public: it has no secret',
			client_id), 'SELECT oauth.change_client(..., '
			'''{"token_endpoint_auth_method": "client_secret_basic"}'') first');
	END IF;
	UPDATE oauth.client c
	   SET client_secret_verifier = oauth.client_secret_verifier(client_secret),
	       client_secret_expires_at = rotate_client_secret.client_secret_expires_at
	 WHERE c.client_id = rotate_client_secret.client_id;
	RETURN client_secret;
END $$;
COMMENT ON FUNCTION oauth.rotate_client_secret(text, timestamptz) IS
'Gives a client a new secret and shows it, this once.';

-- Revoke every token and code that a client holds; what it is issued from now
-- on is good.
--
--   SELECT oauth.revoke_client_tokens('my-client');
CREATE OR REPLACE FUNCTION oauth.revoke_client_tokens(client_id text)
RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	PERFORM oauth.client_of(client_id);
	UPDATE oauth.client c SET tokens_valid_after = clock_timestamp()
	 WHERE c.client_id = revoke_client_tokens.client_id;
END $$;
COMMENT ON FUNCTION oauth.revoke_client_tokens(text) IS
'Revokes every token and code that a client holds.';

-- What is registered of a client, in the names of RFC 7591; change_client()
-- takes it back. The secret is not in it.
--
--   SELECT jsonb_pretty(oauth.client_metadata('my-client'));
CREATE OR REPLACE FUNCTION oauth.client_metadata(client_id text)
RETURNS jsonb LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	client oauth.client := oauth.client_of(client_id);
	no_secret boolean := client.token_endpoint_auth_method NOT IN
		('client_secret_basic', 'client_secret_post', 'client_secret_jwt');
	result jsonb := to_jsonb(client) || jsonb_build_object(
		'client_id_issued_at', trunc(extract(epoch FROM client.client_id_issued_at)),
		'client_secret_expires_at', CASE WHEN NOT no_secret THEN coalesce(trunc(
			extract(epoch FROM client.client_secret_expires_at)), 0) END,
		'access_token_lifetime',
			trunc(extract(epoch FROM client.access_token_lifetime)),
		'refresh_token_lifetime',
			trunc(extract(epoch FROM client.refresh_token_lifetime)));
BEGIN
	RETURN (SELECT jsonb_object_agg(e.key, e.value)
	          FROM jsonb_each(result) e
	          JOIN oauth.client_members() m ON m.member = e.key
	         WHERE jsonb_typeof(e.value) <> 'null'
	           AND e.key NOT IN ('client_secret_verifier', 'client_secret'))
	    || client.client_metadata;
END $$;
COMMENT ON FUNCTION oauth.client_metadata(text) IS
'What is registered of a client, in the names of RFC 7591.';

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA oauth FROM PUBLIC;
COMMIT;
