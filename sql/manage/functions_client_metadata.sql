-- functions_client_metadata.sql - what may be registered of a client.
--
-- Members have the names of RFC 7591 section 2 and OpenID Connect Dynamic
-- Client Registration section 2, and a few of our own: require_pkce, audience,
-- rotate_refresh_tokens, access_token_lifetime and refresh_token_lifetime (in
-- seconds). One rule book, client_from_metadata(), serves registering and
-- changing; what must go together is in functions_client_check.sql. Errors begin
-- with the code of RFC 7591 section 3.2.2.
--
--   psql "$POSTERN_ADMIN_DATABASE" -f sql/manage/functions_client_metadata.sql

\set ON_ERROR_STOP on
BEGIN;

-- The members that we know, what they must be, and whether each is a column of
-- oauth.client (the others are kept in client_metadata).
--
--   SELECT * FROM oauth.client_members();
CREATE OR REPLACE FUNCTION oauth.client_members()
RETURNS TABLE (member text, kind text, is_column boolean)
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
	VALUES ('redirect_uris', 'strings', true),
	('token_endpoint_auth_method', 'string', true),
	('grant_types', 'strings', true),
	('response_types', 'strings', true),
	('scope', 'string', true),
	('audience', 'strings', true),
	('require_pkce', 'boolean', true),
	('rotate_refresh_tokens', 'boolean', true),
	('access_token_lifetime', 'seconds', true),
	('refresh_token_lifetime', 'seconds', true),
	('client_name', 'string', true),
	('client_uri', 'web page', true),
	('logo_uri', 'web page', true),
	('tos_uri', 'web page', true),
	('policy_uri', 'web page', true),
	('contacts', 'strings', true),
	('jwks_uri', 'string', true),
	('jwks', 'object', true),
	('software_id', 'string', true),
	('software_version', 'string', true),
	('id_token_signed_response_alg', 'signing alg', true),
	('token_endpoint_auth_signing_alg', 'string', true),
	('application_type', 'string', true),
	('sector_identifier_uri', 'string', true),
	('subject_type', 'string', true),
	('userinfo_signed_response_alg', 'signing alg', true),
	('introspection_signed_response_alg', 'signing alg', true),
	('authorization_signed_response_alg', 'signing alg', true),
	('request_object_signing_alg', 'signing alg', true),
	('require_signed_request_object', 'boolean', true),
	('require_pushed_authorization_requests', 'boolean', true),
	('request_uris', 'strings', true),
	('default_max_age', 'max_age', true),
	('default_acr_values', 'strings', true),
	('require_auth_time', 'boolean', true),
	('initiate_login_uri', 'string', true),
	('post_logout_redirect_uris', 'strings', true),
	('backchannel_logout_uri', 'string', true),
	('backchannel_logout_session_required', 'boolean', true),
	('frontchannel_logout_uri', 'string', true),
	('frontchannel_logout_session_required', 'boolean', true),
	('access_token_format', 'string', true),
	('access_token_signed_response_alg', 'signing alg', true),
	('access_token_audience', 'string', true),
	-- Not metadata: handled one by one.
	('client_id', 'string', true),
	('client_id_issued_at', 'seconds', true),
	('client_secret_expires_at', 'seconds', true),
	('client_secret_verifier', 'string', true),
	('client_secret', 'string', true),
	-- Registered, kept, and read by nothing here.
	('software_statement', 'statement', false)
$$;
COMMENT ON FUNCTION oauth.client_members() IS
'The members of client metadata that are known, and their types.';

-- Is a member of the kind it must be? null is: it means "not given".
--
--   SELECT oauth.is_kind('["code"]', 'strings');
CREATE OR REPLACE FUNCTION oauth.is_kind(value jsonb, kind text)
RETURNS boolean LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
	SELECT CASE
	WHEN jsonb_typeof(value) = 'null' THEN true
	WHEN kind = 'strings' THEN CASE WHEN jsonb_typeof(value) = 'array' THEN
		jsonb_array_length(value) <= 64 AND NOT EXISTS (
			SELECT FROM jsonb_array_elements(value) AS item
			 WHERE jsonb_typeof(item) <> 'string'
			    OR octet_length(item #>> '{}') > 4096)
		ELSE false END
	WHEN kind = 'seconds' THEN CASE WHEN jsonb_typeof(value) = 'number' THEN
		value::numeric BETWEEN 0 AND 253402300799
		AND value::numeric = trunc(value::numeric) ELSE false END
	WHEN kind = 'max_age' THEN CASE WHEN oauth.is_kind(value, 'seconds') THEN
		value::numeric <= 2147483647 ELSE false END
	WHEN kind = 'web page' THEN jsonb_typeof(value) = 'string'
		AND value #>> '{}' ~ '^https?://[A-Za-z0-9.:_\[\]-]+([/?#][\x21-\x7E]*)?$'
		AND value #>> '{}' !~ '["<>\\^`{|}]'
		AND octet_length(value #>> '{}') <= 2000
	WHEN kind = 'https URI' THEN oauth.is_kind(value, 'web page')
		AND value #>> '{}' ~ '^https:'
	WHEN kind = 'signing alg' THEN value <@
		'["RS256", "PS256", "ES256", "EdDSA"]' AND jsonb_typeof(value) = 'string'
	WHEN kind = 'string' THEN jsonb_typeof(value) = 'string'
		AND octet_length(value #>> '{}') <= 4096
	-- Those of open banking hold keys and organisations.
	WHEN kind = 'statement' THEN jsonb_typeof(value) = 'string'
		AND octet_length(value #>> '{}') <= 32768
	ELSE jsonb_typeof(value) = kind
	END
$$;
COMMENT ON FUNCTION oauth.is_kind(jsonb, text) IS
'Is a member of metadata or claims what it must be?';

-- Refuse members of the wrong type, and what may not be in any member.
--
--   SELECT oauth.check_members('{"redirect_uris": "https://app.example/cb"}');
CREATE OR REPLACE FUNCTION oauth.check_members(metadata jsonb)
RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	wrong  record;
	member text;
BEGIN
	IF metadata IS NULL OR jsonb_typeof(metadata) <> 'object' THEN
		PERFORM oauth.refuse('invalid_client_metadata: it must be a JSON object',
			'such as {"client_name": "My app", "redirect_uris": [...]}');
	ELSIF octet_length(metadata::text) > 65536 THEN
		PERFORM oauth.refuse('invalid_client_metadata: it is longer than 64 KiB',
			'leave out what is not needed');
	ELSIF metadata ->> 'client_secret' IS NOT NULL THEN
		PERFORM oauth.refuse('invalid_client_metadata: "client_secret" can not '
			'be given in clear',
			'give "client_secret_verifier" instead, the Argon2id string that '
			'`postern hash-password` prints; or neither, and one is made');
	END IF;
	-- What a server does not know it ignores (RFC 7591 section 2); but who asks
	-- for encryption must not get tokens in clear.
	SELECT e.key INTO member FROM jsonb_each(metadata) e
	 WHERE e.key ~ '_(encrypted_response|encryption)_(alg|enc)$'
	   AND e.value <> 'null' ORDER BY e.key LIMIT 1;
	IF FOUND THEN
		PERFORM oauth.refuse(format('invalid_client_metadata: "%s": nothing is '
			'encrypted here', member), 'leave it out');
	END IF;
	SELECT m.member, m.kind INTO wrong
	  FROM oauth.client_members() m
	 WHERE metadata ? m.member
	   AND NOT oauth.is_kind(metadata -> m.member, m.kind)
	 ORDER BY m.member LIMIT 1;
	IF FOUND THEN
		PERFORM oauth.refuse(format('%s: "%s" must be %s',
			CASE wrong.member WHEN 'redirect_uris' THEN 'invalid_redirect_uri'
			ELSE 'invalid_client_metadata' END, wrong.member,
			CASE wrong.kind
			WHEN 'strings' THEN 'an array of at most 64 strings'
			WHEN 'string' THEN 'a string of at most 4096 bytes'
			WHEN 'statement' THEN 'a string of at most 32768 bytes'
			WHEN 'seconds' THEN 'a whole number of seconds'
			WHEN 'web page' THEN 'the address of a web page'
			WHEN 'max_age' THEN 'a whole number of seconds below 2^31'
			WHEN 'signing alg' THEN 'one of RS256, PS256, ES256 and EdDSA'
			WHEN 'object' THEN 'a JSON object'
			ELSE 'true or false' END),
			'RFC 7591 section 2 says what each member is');
	END IF;
END $$;
COMMENT ON FUNCTION oauth.check_members(jsonb) IS
'Raises an error where a member of client metadata has the wrong type.';

-- Words in their order, each once: what a scope looks like when stored.
--
--   SELECT oauth.words('profile  email profile');
CREATE OR REPLACE FUNCTION oauth.words(list text)
RETURNS text[] LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
	SELECT coalesce(array_agg(word ORDER BY first), '{}')
	  FROM (SELECT word, min(nr) AS first
	          FROM regexp_split_to_table(list, '\s+')
	               WITH ORDINALITY AS w (word, nr)
	         WHERE word <> ''
	         GROUP BY word) AS words
$$;
COMMENT ON FUNCTION oauth.words(text) IS
'The words of a list separated by spaces, each once.';

-- Refuse scopes that are not there.
--
--   SELECT oauth.check_scope('profile email');
CREATE OR REPLACE FUNCTION oauth.check_scope(scope text)
RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	unknown text;
BEGIN
	SELECT word INTO unknown FROM unnest(oauth.words(scope)) AS word
	 WHERE NOT EXISTS (SELECT FROM oauth.scope s WHERE s.name = word) LIMIT 1;
	IF FOUND THEN
		PERFORM oauth.refuse(
			format('invalid_client_metadata: no such scope: "%s"', unknown),
			'SELECT oauth.define_scope(''name'', ''what it lets the client do'') '
			'makes one');
	END IF;
END $$;
COMMENT ON FUNCTION oauth.check_scope(text) IS
'Raises an error where a scope is not defined.';

-- The response types there are, and the grant types that each is an answer of
-- (RFC 7591 section 2.1, OpenID Connect Core section 3). The words of one are
-- in the order of the alphabet.
--
--   SELECT * FROM oauth.response_types();
CREATE OR REPLACE FUNCTION oauth.response_types()
RETURNS TABLE (response_type text, grant_types text[]) LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
	VALUES ('code', '{authorization_code}'::text[]),
	       ('token', '{implicit}'),
	       ('id_token', '{implicit}'),
	       ('id_token token', '{implicit}'),
	       ('code id_token', '{authorization_code,implicit}'),
	       ('code token', '{authorization_code,implicit}'),
	       ('code id_token token', '{authorization_code,implicit}')
$$;
COMMENT ON FUNCTION oauth.response_types() IS
'The response types there are, and the grant types that go with each.';

-- The order of the words of a response type says nothing (OAuth 2.0 Multiple
-- Response Type Encoding Practices section 3): here it is the alphabet's.
--
--   SELECT oauth.in_order('{"token id_token"}');
CREATE OR REPLACE FUNCTION oauth.in_order(response_types text[])
RETURNS text[] LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
	SELECT coalesce(array_agg(DISTINCT array_to_string(ARRAY(
		SELECT word FROM unnest(oauth.words(t)) AS word ORDER BY word
		COLLATE "C"), ' ')), '{}')
	  FROM unnest(response_types) AS t
$$;
COMMENT ON FUNCTION oauth.in_order(text[]) IS
'Response types with the words of each in the order of the alphabet.';

-- Grant and response types say the same thing twice (RFC 7591 section 2.1):
-- whichever is not given follows from the other.
--
--   SELECT oauth.response_types_for('{authorization_code,refresh_token}');
CREATE OR REPLACE FUNCTION oauth.response_types_for(grant_types text[])
RETURNS text[] LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
	SELECT array_remove(ARRAY[
		CASE WHEN 'authorization_code' = ANY (grant_types) THEN 'code' END,
		CASE WHEN 'implicit' = ANY (grant_types) THEN 'token' END], NULL)
$$;
COMMENT ON FUNCTION oauth.response_types_for(text[]) IS
'The response types that go with these grant types.';

--   SELECT oauth.grant_types_for('{code}', '{refresh_token}');
CREATE OR REPLACE FUNCTION oauth.grant_types_for(response_types text[],
	grant_types text[])
RETURNS text[] LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
	SELECT ARRAY(SELECT DISTINCT g
	               FROM oauth.response_types() t, unnest(t.grant_types) AS g
	              WHERE t.response_type = ANY (
	                    oauth.in_order(grant_types_for.response_types))
	              ORDER BY g)
	    || array_remove(array_remove(grant_types, 'authorization_code'),
	                    'implicit')
$$;
COMMENT ON FUNCTION oauth.grant_types_for(text[], text[]) IS
'The grant types that go with these response types, and those with none.';

-- What a new client has where its metadata says nothing (RFC 7591 section 2,
-- OpenID Connect Dynamic Client Registration section 2).
--
--   SELECT oauth.client_defaults();
CREATE OR REPLACE FUNCTION oauth.client_defaults()
RETURNS jsonb LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
	SELECT '{"token_endpoint_auth_method": "client_secret_basic",
		"grant_types": ["authorization_code"], "redirect_uris": [],
		"require_pkce": true, "audience": [], "contacts": [],
		"application_type": "web", "subject_type": "public",
		"require_signed_request_object": false,
		"require_pushed_authorization_requests": false,
		"request_uris": [], "default_acr_values": [],
		"require_auth_time": false, "post_logout_redirect_uris": [],
		"backchannel_logout_session_required": false,
		"frontchannel_logout_session_required": false,
		"access_token_format": "opaque"}'::jsonb
$$;
COMMENT ON FUNCTION oauth.client_defaults() IS
'The metadata of a client that says nothing.';

-- The host that a client's pairwise subjects are for (OpenID Connect Core
-- section 8.1), or NULL where its metadata do not say.
--
--   SELECT oauth.sector_identifier(NULL, '{https://app.example/cb}');
CREATE OR REPLACE FUNCTION oauth.sector_identifier(sector_identifier_uri text,
	redirect_uris text[])
RETURNS text LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
	SELECT CASE WHEN count(DISTINCT host) = 1 THEN min(host) END
	  FROM unnest(CASE WHEN sector_identifier_uri IS NULL
	           THEN redirect_uris ELSE ARRAY[sector_identifier_uri] END) AS uri,
	       LATERAL lower(substring(uri
	           FROM '^https?://(\[[^]]+\]|[^]/:?#[]+)')) AS host
$$;
COMMENT ON FUNCTION oauth.sector_identifier(text, text[]) IS
'The sector of a client''s pairwise subjects.';

-- A client after these members were given: of an existing one, or (client NULL)
-- a new one, whose other members have the defaults of RFC 7591 section 2. A
-- member that is null is taken back. Checks everything; stores nothing.
--
--   SELECT oauth.client_from_metadata('{"scope": ""}', c) FROM oauth.client c;
CREATE OR REPLACE FUNCTION oauth.client_from_metadata(metadata jsonb,
	INOUT client oauth.client)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	given  jsonb;
	member text;
BEGIN
	PERFORM oauth.check_members(metadata);
	SELECT coalesce(jsonb_object_agg(e.key, e.value), '{}') INTO given
	  FROM jsonb_each(metadata) e
	  JOIN oauth.client_members() m ON m.member = e.key AND m.is_column
	 WHERE e.key NOT IN ('client_id', 'client_id_issued_at', 'client_secret',
	                     'client_secret_expires_at');
	FOREACH member IN ARRAY
		'{access_token_lifetime,refresh_token_lifetime}'::text[] LOOP
		IF given ->> member IS NOT NULL THEN
			given := jsonb_set(given, ARRAY[member],
				to_jsonb((given ->> member) || ' seconds'));
		END IF;
	END LOOP;
	-- 3600.0 and 36e2 are whole numbers, too.
	IF given ->> 'default_max_age' IS NOT NULL THEN
		given := jsonb_set(given, '{default_max_age}',
			to_jsonb((given ->> 'default_max_age')::numeric::bigint));
	END IF;
	IF given -> 'client_secret_verifier' = 'null' THEN
		given := given - 'client_secret_verifier';
	END IF;
	client := jsonb_populate_record(client, given);

	IF given ? 'response_types' AND NOT given ? 'grant_types' THEN
		client.grant_types := oauth.grant_types_for(client.response_types,
			client.grant_types);
	END IF;
	client := jsonb_populate_record(client, (
		SELECT coalesce(jsonb_object_agg(d.key, d.value), '{}')
		  FROM jsonb_each(oauth.client_defaults()) d
		 WHERE to_jsonb(client) -> d.key = 'null'));
	IF client.response_types IS NULL
	   OR (given ? 'grant_types' AND NOT given ? 'response_types') THEN
		client.response_types := oauth.response_types_for(client.grant_types);
	END IF;
	client.response_types := oauth.in_order(client.response_types);
	client.sector_identifier := CASE WHEN client.subject_type = 'pairwise' THEN
		oauth.sector_identifier(client.sector_identifier_uri,
			client.redirect_uris) END;
	IF client.scope IS NULL THEN
		SELECT coalesce(string_agg(s.name, ' ' ORDER BY s.name), '')
		  INTO client.scope FROM oauth.scope s WHERE s.is_default;
	END IF;
	client.scope := array_to_string(oauth.words(client.scope), ' ');
	IF metadata ? 'client_secret_expires_at' THEN
		client.client_secret_expires_at := to_timestamp(nullif(
			(metadata ->> 'client_secret_expires_at')::numeric::bigint, 0));
	END IF;
	-- What is no column is kept as it came.
	SELECT coalesce(jsonb_object_agg(e.key, e.value), '{}')
	  INTO client.client_metadata
	  FROM jsonb_each(coalesce(client.client_metadata, '{}') || metadata) e
	 WHERE jsonb_typeof(e.value) <> 'null'
	   AND NOT EXISTS (SELECT FROM oauth.client_members() m
	                    WHERE m.member = e.key AND m.is_column);
	PERFORM oauth.check_client(client);
	PERFORM oauth.check_client_openid(client);
	PERFORM oauth.check_client_uris(client);
	PERFORM oauth.check_client_keys(client, given);
END $$;
COMMENT ON FUNCTION oauth.client_from_metadata(jsonb, oauth.client) IS
'A client with these members of metadata merged into it, checked, not stored.';

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA oauth FROM PUBLIC;
COMMIT;
