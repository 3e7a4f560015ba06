-- functions_scope.sql - scopes: what clients may ask for.
--
--   psql "$POSTERN_ADMIN_DATABASE" -f sql/manage/functions_scope.sql

\set ON_ERROR_STOP on
BEGIN;

-- Define a scope, or change what is said of it. The description is what the
-- person reads on the consent page. A default one is granted where a client
-- asks for none (RFC 6749 section 3.3), within what that client may have.
--
--   SELECT oauth.define_scope('calendar', 'See your calendar');
--   SELECT oauth.define_scope('profile', 'See your name', true);
CREATE OR REPLACE FUNCTION oauth.define_scope(name text, description text,
	is_default boolean DEFAULT false)
RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	IF coalesce(name, '') !~ '^[\x21\x23-\x5B\x5D-\x7E]{1,128}$' THEN
		PERFORM oauth.refuse('a scope''s name must be 1 to 128 printable ASCII '
			'characters without space, " and \ (RFC 6749 section 3.3)',
			'such as calendar or https://api.example/read');
	ELSIF coalesce(description, '') !~ '\S' OR description ~ '[[:cntrl:]]'
	   OR length(description) > 200 THEN
		PERFORM oauth.refuse('a scope''s description must be one line of at '
			'most 200 characters',
			'the person reads it before agreeing: See your calendar');
	ELSIF is_default IS NULL THEN
		PERFORM oauth.refuse('is_default must be true or false',
			'leave it out for false');
	END IF;
	INSERT INTO oauth.scope AS s (name, description, is_default)
	VALUES (define_scope.name, define_scope.description, define_scope.is_default)
	    ON CONFLICT ON CONSTRAINT scope_pkey DO UPDATE
	   SET description = excluded.description,
	       is_default = excluded.is_default;
END $$;
COMMENT ON FUNCTION oauth.define_scope(text, text, boolean) IS
'Defines a scope or changes its description.';

-- Drop a scope: no client may ask for it any more, and no consent covers it,
-- so that another scope of that name would be asked for anew. Tokens that have
-- it keep it until they expire.
--
--   SELECT oauth.drop_scope('calendar');
CREATE OR REPLACE FUNCTION oauth.drop_scope(name text)
RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	DELETE FROM oauth.scope s WHERE s.name = drop_scope.name;
	IF NOT FOUND THEN
		PERFORM oauth.refuse(format('no such scope: "%s"', name),
			'SELECT name, description FROM oauth.scope lists them', 'P0002');
	END IF;
	UPDATE oauth.client c SET scope = array_to_string(
	       array_remove(string_to_array(c.scope, ' '), drop_scope.name), ' ')
	 WHERE drop_scope.name = ANY (string_to_array(c.scope, ' '));
	UPDATE oauth.consent k SET scope = array_to_string(
	       array_remove(string_to_array(k.scope, ' '), drop_scope.name), ' ')
	 WHERE drop_scope.name = ANY (string_to_array(k.scope, ' '));
END $$;
COMMENT ON FUNCTION oauth.drop_scope(text) IS
'Drops a scope, from the clients'' metadata and from consents too.';

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA oauth FROM PUBLIC;
COMMIT;
