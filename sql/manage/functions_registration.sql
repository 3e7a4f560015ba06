-- functions_registration.sql - clients that register themselves.
--
-- The dynamic_*() functions are what the registration endpoint calls: each
-- looks at who asks, does it, and says what came of it. A status other than
-- 'ok' has changed nothing:
--
--   off           registration is off
--   unauthorized  the token is none, or no longer
--   forbidden     the token is another client's, or the client is disabled
--   limited       there are too many, or too many from there
--   invalid       error and description say why (RFC 7591 section 3.2.2)
--
--   psql "$POSTERN_ADMIN_DATABASE" -f sql/manage/functions_registration.sql

\set ON_ERROR_STOP on
BEGIN;

-- A client from the metadata that it sent: all of it, what is left out has its
-- default. Checks everything; stores nothing.
--
--   SELECT oauth.dynamic_client('{"redirect_uris": ["https://app.example/cb"]}',
--       'my-client');
CREATE OR REPLACE FUNCTION oauth.dynamic_client(metadata jsonb, client_id text)
RETURNS oauth.client LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	client oauth.client;
	known  jsonb;
BEGIN
	PERFORM oauth.check_members(metadata - 'client_secret');
	PERFORM oauth.check_dynamic_members(metadata);
	-- RFC 7591 section 2: "The authorization server MUST ignore any client
	-- metadata sent by the client that it does not understand".
	SELECT coalesce(jsonb_object_agg(e.key, e.value), '{}') INTO known
	  FROM jsonb_each(metadata) e
	  JOIN oauth.client_members() m ON m.member = e.key;
	known := known || oauth.fitting_types(known);
	IF known ->> 'scope' IS NULL THEN
		known := known || jsonb_build_object('scope', (
			SELECT coalesce(string_agg(s.name, ' ' ORDER BY s.name), '')
			  FROM oauth.scope s, oauth.setting t
			 WHERE s.name = ANY (oauth.words(t.registration_scope))));
	END IF;
	client.client_id := dynamic_client.client_id;
	client := oauth.client_from_metadata(known, client);
	PERFORM oauth.check_dynamic_client(client);
	RETURN client;
END $$;
COMMENT ON FUNCTION oauth.dynamic_client(jsonb, text) IS
'A client from the metadata that it sent, checked, not stored.';

-- A client with the secret that its method needs: the one it has, or this new
-- one.
--
--   SELECT oauth.with_client_secret(c, 'sha256:...', '...') FROM oauth.client c;
CREATE OR REPLACE FUNCTION oauth.with_client_secret(INOUT client oauth.client,
	client_secret_verifier text, client_secret_sealed text)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	CASE WHEN client.token_endpoint_auth_method IN
		('client_secret_basic', 'client_secret_post') THEN
		client.client_secret_sealed := NULL;
		IF client.client_secret_verifier IS NULL THEN
			client.client_secret_verifier :=
				with_client_secret.client_secret_verifier;
			client.client_secret_expires_at := NULL;
		END IF;
	WHEN client.token_endpoint_auth_method = 'client_secret_jwt' THEN
		client.client_secret_verifier := NULL;
		IF client.client_secret_sealed IS NULL THEN
			client.client_secret_sealed :=
				with_client_secret.client_secret_sealed;
			client.client_secret_expires_at := NULL;
		END IF;
	ELSE
		client.client_secret_verifier := NULL;
		client.client_secret_sealed := NULL;
		client.client_secret_expires_at := NULL;
	END CASE;
END $$;
COMMENT ON FUNCTION oauth.with_client_secret(oauth.client, text, text) IS
'A client with the secret that its method needs.';

-- What a client is told of itself: what it may set, and what it needs to come
-- back (RFC 7591 section 3.2.1). The secrets are not in it.
--
--   SELECT jsonb_pretty(oauth.dynamic_metadata('my-client'));
CREATE OR REPLACE FUNCTION oauth.dynamic_metadata(client_id text)
RETURNS jsonb LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
	-- By default it is this one (OpenID Connect Core section 15.1).
	SELECT '{"id_token_signed_response_alg": "RS256"}'
	    || (SELECT jsonb_object_agg(e.key, e.value)
	          FROM jsonb_each(oauth.client_metadata(client_id)) e
	          JOIN oauth.client_members() m ON m.member = e.key
	         WHERE e.key <> ALL (oauth.members_not_dynamic())
	            OR e.key IN ('client_id', 'client_id_issued_at',
	                         'client_secret_expires_at'))
	    || jsonb_build_object('registration_client_uri',
	           s.issuer || '/oauth/register/' || client_id)
	  FROM oauth.setting s
$$;
COMMENT ON FUNCTION oauth.dynamic_metadata(text) IS
'What a client that has registered itself is told of itself.';

-- The error code and the description of a message that refuse() raised; any
-- other says no more than that it was the metadata.
--
--   SELECT * FROM oauth.registration_fault('invalid_redirect_uri: it is empty');
CREATE OR REPLACE FUNCTION oauth.registration_fault(message text,
	OUT error text, OUT description text)
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	parts text[] := regexp_match(message, '^(invalid_redirect_uri|'
		'invalid_client_metadata|invalid_software_statement|'
		'unapproved_software_statement): (.*)$');
BEGIN
	error := coalesce(parts[1], 'invalid_client_metadata');
	description := coalesce(parts[2], 'the metadata can not be stored');
END $$;
COMMENT ON FUNCTION oauth.registration_fault(text) IS
'The error code and description of a refused registration.';

-- Register a client (RFC 7591 section 3). The caller has made all secrets, and
-- has_new_secret says whether the client was given one.
--
-- SECURITY DEFINER, since writing clients is not the programs' to do.
--
--   SELECT * FROM oauth.dynamic_register('{"redirect_uris": [...]}', NULL,
--       'sha256:...', '...', 'pci_...', sha256('...'), NULL, '192.0.2.1');
CREATE OR REPLACE FUNCTION oauth.dynamic_register(given text, statement text,
	client_secret_verifier text, client_secret_sealed text, client_id text,
	token_hash bytea, initial_token_hash bytea, address text,
	OUT status text, OUT error text, OUT description text,
	OUT metadata jsonb, OUT has_new_secret boolean)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	mode   text := (SELECT s.registration FROM oauth.setting s);
	who    text := 'anybody';
	client oauth.client;
BEGIN
	IF mode = 'off' THEN
		status := 'off';
		RETURN;
	ELSIF mode = 'token' OR initial_token_hash IS NOT NULL THEN
		-- Of many at once, the last use is one's: the others wait, and then
		-- find none left.
		UPDATE oauth.initial_access_token t SET uses_left = t.uses_left - 1
		 WHERE t.token_hash = initial_token_hash AND t.uses_left > 0
		   AND t.expires_at > now();
		IF NOT FOUND THEN
			status := 'unauthorized';
			RETURN;
		END IF;
		who := 'initial access token '
			|| left(encode(initial_token_hash, 'hex'), 8);
	END IF;
	IF NOT oauth.may_register(dynamic_register.address) THEN
		-- Before anything is stored: nothing to undo but the token's use.
		RAISE EXCEPTION USING ERRCODE = 'configuration_limit_exceeded';
	END IF;
	client := oauth.dynamic_client(
		oauth.with_statement(given::jsonb, statement::jsonb),
		dynamic_register.client_id);
	client := oauth.with_client_secret(client,
		dynamic_register.client_secret_verifier,
		dynamic_register.client_secret_sealed);
	client.client_id_issued_at := now();
	client.tokens_valid_after := now();
	client.registration_access_token_hash := token_hash;
	client.registered_from := address;
	INSERT INTO oauth.client VALUES (client.*);
	metadata := oauth.dynamic_metadata(client.client_id);
	has_new_secret := metadata ? 'client_secret_expires_at';
	INSERT INTO oauth.client_event (client_id, what, who, address, after)
	VALUES (client.client_id, 'registered', who, dynamic_register.address,
	        metadata);
	status := 'ok';
-- The use of the token is undone with the rest.
EXCEPTION WHEN configuration_limit_exceeded THEN
	status := 'limited';
WHEN data_exception OR integrity_constraint_violation
	OR program_limit_exceeded THEN
	SELECT 'invalid', f.error, f.description INTO status, error, description
	  FROM oauth.registration_fault(SQLERRM) f;
END $$;
COMMENT ON FUNCTION oauth.dynamic_register(text, text, text, text, text, bytea,
	bytea, text) IS 'Registers a client that asks for it by itself.';

-- May whoever has this token manage this client? NULL: yes; else the status.
--
--   SELECT oauth.dynamic_refusal('my-client', sha256('...'));
CREATE OR REPLACE FUNCTION oauth.dynamic_refusal(client_id text,
	token_hash bytea)
RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
	SELECT CASE
	WHEN s.registration = 'off' THEN 'off'
	-- RFC 7592 section 2.1: of a client that is gone, 401 too.
	WHEN c.client_id IS NULL OR NOT EXISTS (SELECT FROM oauth.client o
		WHERE o.client_id = dynamic_refusal.client_id) THEN 'unauthorized'
	WHEN c.client_id <> dynamic_refusal.client_id
	  OR c.disabled_at IS NOT NULL THEN 'forbidden'
	END
	  FROM oauth.setting s LEFT JOIN oauth.client c
	    ON c.registration_access_token_hash = dynamic_refusal.token_hash
$$;
COMMENT ON FUNCTION oauth.dynamic_refusal(text, bytea) IS
'Why the holder of a token may not manage a client; NULL where they may.';

-- Read a registration (RFC 7592 section 2.1).
--
-- SECURITY DEFINER, as dynamic_register().
--
--   SELECT * FROM oauth.dynamic_read('my-client', sha256('...'));
CREATE OR REPLACE FUNCTION oauth.dynamic_read(client_id text, token_hash bytea,
	OUT status text, OUT error text, OUT description text,
	OUT metadata jsonb, OUT has_new_secret boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	status := coalesce(oauth.dynamic_refusal(client_id, token_hash), 'ok');
	IF status = 'ok' THEN
		metadata := oauth.dynamic_metadata(client_id);
	END IF;
END $$;
COMMENT ON FUNCTION oauth.dynamic_read(text, bytea) IS
'What a client that has registered itself may read of itself.';

-- Replace a registration (RFC 7592 section 2.2): what is left out has its
-- default. What the administrator has set stays.
--
-- SECURITY DEFINER, as dynamic_register().
--
--   SELECT * FROM oauth.dynamic_replace('{"redirect_uris": [...]}', NULL,
--       'sha256:...', '...', 'my-client', sha256('...'), '192.0.2.1');
CREATE OR REPLACE FUNCTION oauth.dynamic_replace(given text, statement text,
	client_secret_verifier text, client_secret_sealed text, client_id text,
	token_hash bytea, address text,
	OUT status text, OUT error text, OUT description text,
	OUT metadata jsonb, OUT has_new_secret boolean)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	old    oauth.client;
	client oauth.client;
	was    jsonb;
BEGIN
	PERFORM FROM oauth.client c WHERE c.client_id = dynamic_replace.client_id
	    FOR UPDATE;
	status := oauth.dynamic_refusal(client_id, token_hash);
	IF status IS NOT NULL THEN
		RETURN;
	END IF;
	old := oauth.client_of(client_id);
	was := oauth.dynamic_metadata(client_id);
	client := oauth.dynamic_client(oauth.with_statement(
		given::jsonb - 'client_id' - 'client_secret', statement::jsonb),
		client_id);
	client := jsonb_populate_record(client, (
		SELECT jsonb_object_agg(e.key, e.value)
		  FROM jsonb_each(to_jsonb(old)) e
		 WHERE e.key = ANY (oauth.members_not_dynamic())
		    OR e.key NOT IN (SELECT m.member FROM oauth.client_members() m)
		   AND e.key NOT IN ('client_metadata', 'sector_identifier')));
	-- Of what is no column, that which only the administrator can have set.
	client.client_metadata := client.client_metadata || (
		SELECT coalesce(jsonb_object_agg(e.key, e.value), '{}')
		  FROM jsonb_each(old.client_metadata) e
		 WHERE e.key NOT IN (SELECT m.member FROM oauth.client_members() m));
	client := oauth.with_client_secret(client,
		dynamic_replace.client_secret_verifier,
		dynamic_replace.client_secret_sealed);
	PERFORM oauth.store_client(client);
	metadata := oauth.dynamic_metadata(client.client_id);
	has_new_secret :=
		client.client_secret_verifier IS DISTINCT FROM old.client_secret_verifier
		AND client.client_secret_verifier IS NOT NULL
		OR client.client_secret_sealed IS DISTINCT FROM old.client_secret_sealed
		AND client.client_secret_sealed IS NOT NULL;
	INSERT INTO oauth.client_event (client_id, what, who, address, before, after)
	VALUES (client.client_id, 'replaced', 'the client',
	        dynamic_replace.address, was, metadata);
	status := 'ok';
EXCEPTION WHEN data_exception OR integrity_constraint_violation
	OR program_limit_exceeded THEN
	SELECT 'invalid', f.error, f.description INTO status, error, description
	  FROM oauth.registration_fault(SQLERRM) f;
END $$;
COMMENT ON FUNCTION oauth.dynamic_replace(text, text, text, text, text, bytea, text) IS
'Replaces the metadata of a client that has registered itself.';

-- Delete a registration (RFC 7592 section 2.3), with all that was granted to
-- the client.
--
-- SECURITY DEFINER, as dynamic_register().
--
--   SELECT * FROM oauth.dynamic_delete('my-client', sha256('...'), '192.0.2.1');
CREATE OR REPLACE FUNCTION oauth.dynamic_delete(client_id text,
	token_hash bytea, address text,
	OUT status text, OUT error text, OUT description text,
	OUT metadata jsonb, OUT has_new_secret boolean)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	PERFORM FROM oauth.client c WHERE c.client_id = dynamic_delete.client_id
	    FOR UPDATE;
	status := coalesce(oauth.dynamic_refusal(client_id, token_hash), 'ok');
	IF status = 'ok' THEN
		INSERT INTO oauth.client_event (client_id, what, who, address, before)
		VALUES (dynamic_delete.client_id, 'deleted', 'the client',
		        dynamic_delete.address,
		        oauth.dynamic_metadata(dynamic_delete.client_id));
		PERFORM oauth.delete_client(client_id);
	END IF;
END $$;
COMMENT ON FUNCTION oauth.dynamic_delete(text, bytea, text) IS
'Deletes a client that has registered itself, at its own wish.';

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA oauth FROM PUBLIC;

-- As in sql/roles.sql, which may have run before this file was there.
DO $$
BEGIN
	IF to_regrole('postern_token') IS NOT NULL THEN
		GRANT EXECUTE ON FUNCTION
			oauth.dynamic_register(text, text, text, text, text, bytea, bytea, text),
			oauth.dynamic_read(text, bytea),
			oauth.dynamic_replace(text, text, text, text, text, bytea, text),
			oauth.dynamic_delete(text, bytea, text) TO postern_token;
	END IF;
END $$;
COMMIT;
