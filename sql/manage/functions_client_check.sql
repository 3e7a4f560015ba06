-- functions_client_check.sql - what of a client must go together.
--
-- Its members are merged by then (functions_client_metadata.sql), and each is of
-- the type it must be. client_from_metadata() calls all of these.
--
--   psql "$POSTERN_ADMIN_DATABASE" -f sql/manage/functions_client_check.sql

\set ON_ERROR_STOP on
BEGIN;

-- What members of a client must be together: RFC 7591 section 2.1, RFC 6749
-- section 4.4, RFC 9700 section 2.1.1.
--
--   SELECT oauth.check_client(c) FROM oauth.client c;
CREATE OR REPLACE FUNCTION oauth.check_client(client oauth.client)
RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	public  boolean := client.token_endpoint_auth_method = 'none';
	grants  text[] := '{authorization_code,refresh_token,client_credentials,'
		'password,implicit,urn:ietf:params:oauth:grant-type:device_code,'
		'urn:ietf:params:oauth:grant-type:jwt-bearer}';
	methods text[] := '{none,client_secret_basic,client_secret_post,'
		'client_secret_jwt,private_key_jwt}';
	-- Those of the two that send the browser somewhere.
	used    text[] := ARRAY(SELECT DISTINCT g
		FROM unnest(client.grant_types) AS g
		WHERE g IN ('authorization_code', 'implicit') ORDER BY g);
	implied text[] := ARRAY(SELECT g FROM unnest(oauth.grant_types_for(
		client.response_types, '{}')) AS g ORDER BY g);
	fault   text;
BEGIN
	fault := CASE
	WHEN NOT client.token_endpoint_auth_method = ANY (methods)
		THEN format('token_endpoint_auth_method "%s" is not offered; %s are',
			client.token_endpoint_auth_method, array_to_string(methods, ', '))
	WHEN NOT client.grant_types <@ grants
		THEN format('grant_types may hold no other than %s',
			array_to_string(grants, ', '))
	WHEN EXISTS (SELECT FROM unnest(client.response_types) AS r WHERE r NOT IN
		(SELECT t.response_type FROM oauth.response_types() t))
		THEN format('response_types may hold no other than %s', (SELECT
			string_agg(t.response_type, ', ') FROM oauth.response_types() t))
	WHEN used <> implied
		THEN 'response_types and grant_types do not agree: code goes with '
			'authorization_code, token and id_token with implicit, and what '
			'has code and another with both'
	WHEN public AND 'client_credentials' = ANY (client.grant_types)
		THEN 'a client without a secret has no client_credentials to use'
	WHEN public AND NOT client.require_pkce
		THEN 'a client without a secret can not do without PKCE'
	WHEN client.client_name ~
		'[\u0001-\u001F\u007F-\u009F\u200E\u200F\u202A-\u202E\u2066-\u2069]'
		OR length(client.client_name) NOT BETWEEN 1 AND 200
		THEN 'client_name must be 1 to 200 characters, none of them for control'
	WHEN client.access_token_lifetime NOT BETWEEN '1 second' AND '1 day'
		THEN 'access_token_lifetime must be 1 to 86400 seconds'
	WHEN client.refresh_token_lifetime NOT BETWEEN '1 second' AND '366 days'
		THEN 'refresh_token_lifetime must be 1 to 31622400 seconds'
	END;
	IF fault IS NOT NULL THEN
		PERFORM oauth.refuse('invalid_client_metadata: ' || fault,
			'docs/managing.md has examples');
	END IF;
	IF client.redirect_uris = '{}'
	   AND client.grant_types && '{authorization_code,implicit}' THEN
		PERFORM oauth.refuse('invalid_redirect_uri: redirect_uris is empty',
			'authorization_code and implicit send the browser to one of them; '
			'a client that uses neither says so: '
			'"grant_types": ["client_credentials"]');
	END IF;
	PERFORM oauth.check_scope(client.scope);
END $$;
COMMENT ON FUNCTION oauth.check_client(oauth.client) IS
'Raises an error where the members of a client do not go together.';

-- What OpenID Connect Dynamic Client Registration section 2 adds to that.
--
--   SELECT oauth.check_client_openid(c) FROM oauth.client c;
CREATE OR REPLACE FUNCTION oauth.check_client_openid(client oauth.client)
RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	-- With what an assertion of the client may be signed (RFC 7523).
	algs  text[] := CASE client.token_endpoint_auth_method
		WHEN 'private_key_jwt' THEN '{RS256,PS256,ES256,EdDSA}'
		WHEN 'client_secret_jwt' THEN '{HS256}' ELSE '{}' END;
	-- acr_values_supported of the server's metadata.
	acrs  text[] :=
		'{urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport}';
	fault text;
BEGIN
	fault := CASE
	WHEN client.token_endpoint_auth_signing_alg IS NOT NULL AND algs = '{}'
		THEN format('token_endpoint_auth_method "%s" signs nothing: no '
			'token_endpoint_auth_signing_alg goes with it',
			client.token_endpoint_auth_method)
	WHEN client.token_endpoint_auth_signing_alg IS NOT NULL
		AND NOT client.token_endpoint_auth_signing_alg = ANY (algs)
		THEN format('token_endpoint_auth_signing_alg for %s is one of %s',
			client.token_endpoint_auth_method, array_to_string(algs, ', '))
	WHEN client.subject_type NOT IN ('public', 'pairwise')
		THEN 'subject_type is public or pairwise'
	WHEN client.subject_type = 'pairwise' AND client.sector_identifier IS NULL
		THEN 'subject_type pairwise needs sector_identifier_uri where the '
			'redirect_uris are not of one host (OpenID Connect Core section 8.1)'
	WHEN client.application_type NOT IN ('web', 'native')
		THEN 'application_type is web or native'
	WHEN client.access_token_format NOT IN ('opaque', 'jwt')
		THEN 'access_token_format is opaque or jwt'
	WHEN client.access_token_audience !~ '^[\x21-\x7E]+$'
		OR length(client.access_token_audience) > 2000
		THEN 'access_token_audience must be 1 to 2000 printable ASCII '
			'characters without spaces'
	WHEN NOT client.default_acr_values <@ acrs
		THEN format('default_acr_values may hold no other than %s',
			array_to_string(acrs, ', '))
	END;
	IF fault IS NOT NULL THEN
		PERFORM oauth.refuse('invalid_client_metadata: ' || fault,
			'docs/managing.md has examples');
	END IF;
END $$;
COMMENT ON FUNCTION oauth.check_client_openid(oauth.client) IS
'Raises an error where a client''s members of OpenID Connect are wrong.';

-- The addresses of a client: those that a browser is sent to, and those that
-- this server calls.
--
--   SELECT oauth.check_client_uris(c) FROM oauth.client c;
CREATE OR REPLACE FUNCTION oauth.check_client_uris(client oauth.client)
RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	wrong record;
BEGIN
	PERFORM oauth.check_redirect_uris(client.redirect_uris, 'redirect_uris',
		client.client_id);
	PERFORM oauth.check_redirect_uris(client.post_logout_redirect_uris,
		'post_logout_redirect_uris', client.client_id);
	SELECT u.member, u.uri, u.fault INTO wrong FROM (
		VALUES ('jwks_uri', client.jwks_uri,
		        oauth.fetched_uri_fault(client.jwks_uri)),
		       ('sector_identifier_uri', client.sector_identifier_uri,
		        oauth.fetched_uri_fault(client.sector_identifier_uri)),
		       ('backchannel_logout_uri', client.backchannel_logout_uri,
		        oauth.fetched_uri_fault(client.backchannel_logout_uri)),
		       ('initiate_login_uri', client.initiate_login_uri,
		        oauth.web_uri_fault(client.initiate_login_uri)),
		       ('frontchannel_logout_uri', client.frontchannel_logout_uri,
		        oauth.web_uri_fault(client.frontchannel_logout_uri))
		UNION ALL
		-- OpenID Connect Core section 6.2: the fragment is a hash of what is
		-- there, and is not sent.
		SELECT 'request_uris', r, oauth.fetched_uri_fault(
		       regexp_replace(r, '#[A-Za-z0-9_.~=-]{0,128}$', ''))
		  FROM unnest(client.request_uris) AS r) AS u (member, uri, fault)
	 WHERE u.uri IS NOT NULL AND u.fault IS NOT NULL LIMIT 1;
	IF FOUND THEN
		PERFORM oauth.refuse(format('invalid_client_metadata: "%s" in %s: %s',
			left(regexp_replace(wrong.uri, '[[:cntrl:]]', '?', 'g'), 80),
			wrong.member, wrong.fault), 'such as https://app.example/path; '
			'outgoing_networks of oauth.setting are those where http is spoken');
	ELSIF client.frontchannel_logout_uri IS NOT NULL AND NOT EXISTS (
		SELECT FROM unnest(client.redirect_uris) AS r
		 WHERE oauth.uri_origin(r)
		     = oauth.uri_origin(client.frontchannel_logout_uri)) THEN
		PERFORM oauth.refuse('invalid_client_metadata: frontchannel_logout_uri '
			'has the scheme, host and port of none of the redirect_uris '
			'(OpenID Connect Front-Channel Logout section 2)',
			'the page that it leads to is where the person signed in');
	END IF;
END $$;
COMMENT ON FUNCTION oauth.check_client_uris(oauth.client) IS
'Raises an error where one of a client''s addresses may not be registered.';

-- The rest of the rules: keys, secrets, and the other clients it names.
--
--   SELECT oauth.check_client_keys(c, '{}') FROM oauth.client c;
CREATE OR REPLACE FUNCTION oauth.check_client_keys(client oauth.client,
	given jsonb)
RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	other text;
BEGIN
	IF client.jwks IS NULL THEN
		IF client.token_endpoint_auth_method = 'private_key_jwt'
		   AND client.jwks_uri IS NULL THEN
			PERFORM oauth.refuse('invalid_client_metadata: private_key_jwt needs '
				'jwks or jwks_uri', 'the public keys of the client, or where '
				'they are to be had');
		END IF;
	ELSE
		IF client.jwks_uri IS NOT NULL THEN
			PERFORM oauth.refuse('invalid_client_metadata: jwks and jwks_uri '
				'exclude each other (RFC 7591 section 2)', 'give one of them');
		ELSIF jsonb_typeof(client.jwks -> 'keys') IS DISTINCT FROM 'array' THEN
			PERFORM oauth.refuse('invalid_client_metadata: jwks has no array '
				'"keys" (RFC 7517 section 5)', 'such as {"keys": [...]}');
		ELSIF client.jwks -> 'keys' = '[]' THEN
			PERFORM oauth.refuse('invalid_client_metadata: jwks holds no key',
				'leave it out, or put one in');
		ELSIF EXISTS (SELECT FROM jsonb_array_elements(client.jwks -> 'keys') AS key
		               WHERE jsonb_typeof(key) <> 'object'
		                  OR key ?| '{d,p,q,dp,dq,qi,oth,k}'
		                  OR jsonb_typeof(key -> 'kty') IS DISTINCT FROM 'string'
		                  OR key ->> 'kty' = 'oct') THEN
			PERFORM oauth.refuse('invalid_client_metadata: jwks holds what is '
				'no public key', 'send public keys only; replace a key whose '
				'private part has been sent anywhere');
		END IF;
	END IF;
	IF given ->> 'client_secret_verifier' IS NOT NULL THEN
		IF client.token_endpoint_auth_method NOT IN
		   ('client_secret_basic', 'client_secret_post') THEN
			PERFORM oauth.refuse(format('invalid_client_metadata: a client whose '
				'token_endpoint_auth_method is %s has no client_secret_verifier',
				client.token_endpoint_auth_method),
				'leave out client_secret_verifier');
		END IF;
		PERFORM oauth.check_argon2id(client.client_secret_verifier,
			'invalid_client_metadata: client_secret_verifier');
	END IF;
	IF given ? 'audience' THEN
		SELECT a INTO other FROM unnest(client.audience) AS a
		 WHERE a <> client.client_id
		   AND NOT EXISTS (SELECT FROM oauth.client c WHERE c.client_id = a)
		 LIMIT 1;
		IF FOUND THEN
			PERFORM oauth.refuse(format('invalid_client_metadata: "%s" in '
				'audience is no client', other),
				'audience names the resource servers that may introspect this '
				'client''s tokens; register these first');
		END IF;
	END IF;
END $$;
COMMENT ON FUNCTION oauth.check_client_keys(oauth.client, jsonb) IS
'Raises an error where a client''s keys, secret or audience are wrong.';

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA oauth FROM PUBLIC;
COMMIT;
