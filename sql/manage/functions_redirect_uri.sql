-- functions_redirect_uri.sql - which redirect URIs, and which other addresses of
-- a client's, may be registered.
--
--   psql "$POSTERN_ADMIN_DATABASE" -f sql/manage/functions_redirect_uri.sql

\set ON_ERROR_STOP on
BEGIN;

-- What is wrong with an authority, "host:port" (RFC 3986 section 3.2)? NULL:
-- nothing.
--
--   SELECT oauth.authority_fault('app.example:8443');
CREATE OR REPLACE FUNCTION oauth.authority_fault(authority text)
RETURNS text LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
	SELECT CASE
	WHEN authority ~ '@' THEN 'it has user information before its host'
	WHEN authority !~ '^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?$'
		THEN 'its host or port is malformed'
	WHEN substring(authority FROM ':([0-9]+)$')::integer
		NOT BETWEEN 1 AND 65535 THEN 'its port is no port'
	END
$$;
COMMENT ON FUNCTION oauth.authority_fault(text) IS
'What is wrong with the host and port of a URI; NULL where nothing is.';

-- What is wrong with a query? NULL: nothing. A response parameter in it would
-- be there twice in the answer (RFC 6749 section 3.1: "Request and response
-- parameters MUST NOT be included more than once").
--
--   SELECT oauth.redirect_query_fault('tenant=1&code=2');
CREATE OR REPLACE FUNCTION oauth.redirect_query_fault(query text)
RETURNS text LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
	SELECT min(CASE
	WHEN name IN ('code', 'state', 'iss', 'error', 'error_description',
	              'error_uri', 'access_token', 'token_type', 'expires_in',
	              'refresh_token', 'scope', 'id_token', 'session_state',
	              'response')
		THEN 'its query has the response parameter "' || name || '"'
	-- Letters, digits, '-', '.', '_' and '~' are never written so (RFC 3986
	-- section 2.3); who does may be hiding one of the above.
	WHEN name ~* '%(2[DE]|3[0-9]|4[1-9A-F]|5[0-9AF]|6[1-9A-F]|7[0-9AE])'
		THEN 'its query spells a name with needless percent-escapes'
	END)
	  FROM (SELECT split_part(pair, '=', 1) AS name
	          FROM regexp_split_to_table(query, '[&;]') AS pair) AS pairs
$$;
COMMENT ON FUNCTION oauth.redirect_query_fault(text) IS
'What is wrong with the query of a redirect URI; NULL where nothing is.';

-- Is this a place on the person's own machine (RFC 8252 section 7.3)?
--
--   SELECT oauth.is_loopback_uri('http://127.0.0.1:8080/cb');
CREATE OR REPLACE FUNCTION oauth.is_loopback_uri(uri text)
RETURNS boolean LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
	SELECT uri ~
		'^http://(localhost|127(\.[0-9]{1,3}){3}|\[::1\])(:[0-9]+)?([/?]|$)'
$$;
COMMENT ON FUNCTION oauth.is_loopback_uri(text) IS
'Is this http on the person''s own machine?';

-- What is wrong with any URI of a client's? NULL: nothing (RFC 3986).
--
-- It is compared byte for byte, so what browsers would rewrite (a scheme in
-- capitals, dot segments) could never match and is refused as well.
--
--   SELECT oauth.uri_fault('https://app.example/keys.json');
CREATE OR REPLACE FUNCTION oauth.uri_fault(uri text)
RETURNS text LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	authority text := substring(uri FROM '^[^:/?]*://([^/?]*)');
	-- An IP literal is the one place for brackets.
	plain     text := regexp_replace(uri,
		'^([^:/?]*://)\[[0-9A-Fa-f:.]+\]', '\1');
BEGIN
	RETURN CASE
	WHEN uri = '' THEN 'it is empty'
	WHEN octet_length(uri) > 2000 THEN 'it is longer than 2000 bytes'
	WHEN uri ~ '#' THEN 'it has a fragment'
	WHEN plain !~ '^([A-Za-z0-9._~:/?@!$&''()*+,;=-]|%[0-9A-Fa-f]{2})*$'
		THEN 'it has a character that a URI can not have'
	WHEN uri ~* '%([01][0-9A-F]|7F)'
		THEN 'it has a control character, percent-encoded'
	WHEN uri !~ '^[a-z][a-z0-9+.-]*:'
		THEN 'it is not absolute, with a scheme in lower case'
	WHEN uri ~* '(/|%2F)(\.|%2E){1,2}(/|%2F|\?|$)'
		THEN 'its path has a dot segment'
	WHEN coalesce(authority, '') <> ''
		THEN oauth.authority_fault(authority)
	WHEN uri ~ '^https?:' THEN 'it has no host'
	END;
END $$;
COMMENT ON FUNCTION oauth.uri_fault(text) IS
'Says what is wrong with a URI; NULL where it is absolute and well-formed.';

-- What is wrong with a redirect URI? NULL: nothing (RFC 6749 section 3.1.2,
-- RFC 8252 section 7, RFC 9700 section 4.1).
--
--   SELECT oauth.redirect_uri_fault('http://app.example/cb');
CREATE OR REPLACE FUNCTION oauth.redirect_uri_fault(redirect_uri text)
RETURNS text LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	scheme text := split_part(redirect_uri, ':', 1);
	fault  text := coalesce(oauth.uri_fault(redirect_uri),
		oauth.redirect_query_fault(substring(redirect_uri FROM '\?(.*)$')));
BEGIN
	IF fault IS NOT NULL THEN
		RETURN fault;
	ELSIF scheme = 'https' OR oauth.is_loopback_uri(redirect_uri) THEN
		RETURN NULL;
	ELSIF scheme = 'http' THEN
		RETURN 'http is for localhost, 127.0.0.0/8 and [::1] alone';
	ELSIF scheme !~ '^[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+$' THEN
		-- And so are javascript:, data:, file: and the like.
		RETURN 'its scheme is neither https nor a private-use one, which is a '
			'domain name in reverse order (RFC 8252 section 7.1)';
	ELSIF redirect_uri ~ '^[^:]*:$' THEN
		RETURN 'it has nothing behind its scheme';
	END IF;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION oauth.redirect_uri_fault(text) IS
'Says what is wrong with a redirect URI; NULL where it may be registered.';

-- What is wrong with an address of a client's that a browser is sent to, and
-- that is no redirect URI? NULL: nothing.
--
--   SELECT oauth.web_uri_fault('http://app.example/login');
CREATE OR REPLACE FUNCTION oauth.web_uri_fault(uri text)
RETURNS text LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
	SELECT coalesce(oauth.uri_fault(uri), CASE
	WHEN uri !~ '^https?:' THEN 'its scheme is not https'
	WHEN uri ~ '^http:' AND NOT oauth.is_loopback_uri(uri)
		THEN 'http is for localhost, 127.0.0.0/8 and [::1] alone'
	END)
$$;
COMMENT ON FUNCTION oauth.web_uri_fault(text) IS
'What is wrong with an address for browsers; NULL where nothing is.';

-- What is wrong with an address of a client's that this server is to call? NULL:
-- nothing. Whether what a name leads to may be reached, the programs find out
-- when they call it.
--
--   SELECT oauth.fetched_uri_fault('https://app.example/keys.json');
CREATE OR REPLACE FUNCTION oauth.fetched_uri_fault(uri text)
RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
	SELECT coalesce(oauth.uri_fault(uri), CASE
	WHEN uri !~ '^https?:' THEN 'its scheme is not https'
	WHEN uri ~ '^http:' AND (SELECT s.outgoing_networks = '{}'
	                           FROM oauth.setting s)
		THEN 'http is for networks that the administrator has named'
	END)
$$;
COMMENT ON FUNCTION oauth.fetched_uri_fault(text) IS
'What is wrong with an address that this server calls; NULL where nothing is.';

-- The scheme, host and port of an http or https URI; NULL of any other.
--
--   SELECT oauth.uri_origin('https://App.example/cb');
CREATE OR REPLACE FUNCTION oauth.uri_origin(uri text)
RETURNS text LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
	SELECT lower(part[1]) || ':' || coalesce(part[2]::integer,
	       CASE WHEN uri ~ '^https:' THEN 443 ELSE 80 END)
	  FROM regexp_match(uri,
	       '^(https?://(?:\[[^]/?#]+\]|[^]/:?#[]+))(?::([0-9]{1,5}))?(?:[/?#]|$)')
	       AS part
$$;
COMMENT ON FUNCTION oauth.uri_origin(text) IS
'The scheme, host and port of a URI, in one spelling.';

-- Refuse a list of redirect URIs with one that is wrong in it; warn of a
-- private-use scheme that another client has too, since whichever of the two
-- applications the device prefers gets the code (RFC 8252 section 8.4).
--
--   SELECT oauth.check_redirect_uris('{https://app.example/cb}',
--       'redirect_uris', 'my-client');
CREATE OR REPLACE FUNCTION oauth.check_redirect_uris(redirect_uris text[],
	member text, client_id text)
RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	uri   text;
	fault text;
	other text;
BEGIN
	FOREACH uri IN ARRAY redirect_uris LOOP
		fault := oauth.redirect_uri_fault(uri);
		IF fault IS NOT NULL THEN
			PERFORM oauth.refuse(format('invalid_redirect_uri: "%s" in %s: %s',
				left(regexp_replace(uri, '[[:cntrl:]]', '?', 'g'), 80),
				member, fault),
				'such as https://app.example/callback, '
				'http://127.0.0.1/callback or com.example.app:/callback');
		END IF;
		CONTINUE WHEN uri ~ '^https?:';
		SELECT c.client_id INTO other FROM oauth.client c
		 WHERE c.client_id <> check_redirect_uris.client_id
		   AND EXISTS (SELECT FROM unnest(c.redirect_uris) AS theirs
		       WHERE split_part(theirs, ':', 1) = split_part(uri, ':', 1))
		 LIMIT 1;
		IF FOUND THEN
			RAISE WARNING 'client "%" has the scheme "%" too', other,
				split_part(uri, ':', 1)
				USING HINT = 'each application should have a scheme of its own';
		END IF;
	END LOOP;
END $$;
COMMENT ON FUNCTION oauth.check_redirect_uris(text[], text, text) IS
'Raises invalid_redirect_uri where one of the URIs may not be registered.';

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA oauth FROM PUBLIC;
COMMIT;
