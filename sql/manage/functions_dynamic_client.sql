-- functions_dynamic_client.sql - who may register a client, and what such a
-- client may have.
--
-- What holds for every client is in functions_client_check.sql.
--
--   psql "$POSTERN_ADMIN_DATABASE" -f sql/manage/functions_dynamic_client.sql

\set ON_ERROR_STOP on
BEGIN;

-- Make an initial access token (RFC 7591 section 1.2), for so many clients and
-- so long. It is shown this once; only its hash is kept.
--
--   SELECT oauth.create_initial_access_token();
--   SELECT oauth.create_initial_access_token(20, '7 days');
CREATE OR REPLACE FUNCTION oauth.create_initial_access_token(
	uses integer DEFAULT 1, lifetime interval DEFAULT '1 day')
RETURNS text LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	token bytea := oauth.random_bytes();
BEGIN
	IF uses IS NULL OR uses < 1 THEN
		PERFORM oauth.refuse('uses must be 1 or more',
			'each client that is registered takes one');
	ELSIF lifetime IS NULL OR lifetime NOT BETWEEN '1 second' AND '10 years' THEN
		PERFORM oauth.refuse('lifetime must be 1 second to 10 years',
			'such as ''7 days''');
	END IF;
	INSERT INTO oauth.initial_access_token (token_hash, uses_left, expires_at)
	VALUES (sha256(token), uses, now() + lifetime);
	RETURN 'pit0_' || translate(encode(token, 'base64'), '+/=', '-_');
END $$;
COMMENT ON FUNCTION oauth.create_initial_access_token(integer, interval) IS
'Makes a token that lets its holder register clients; shown this once.';

-- Believe the software statements that a publisher of software signs, by this
-- algorithm, with these keys (RFC 7591 section 2.3); or change that. What such a
-- statement says of a client is taken in place of what the client says itself.
--
--   SELECT oauth.trust_software_publisher('https://store.example',
--       '{"keys": [...]}', 'ES256');
CREATE OR REPLACE FUNCTION oauth.trust_software_publisher(iss text, jwks jsonb,
	alg text DEFAULT 'RS256')
RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	IF coalesce(iss, '') !~ '^[\x21-\x7E]+$' OR length(iss) > 2000 THEN
		PERFORM oauth.refuse('iss must be 1 to 2000 printable ASCII characters '
			'without spaces', 'it is what the statements have as their iss');
	ELSIF coalesce(alg, '') NOT IN ('RS256', 'PS256', 'ES256', 'EdDSA') THEN
		PERFORM oauth.refuse('alg must be RS256, PS256, ES256 or EdDSA',
			'leave it out for RS256');
	ELSIF jsonb_typeof(jwks -> 'keys') IS DISTINCT FROM 'array'
	   OR jwks -> 'keys' = '[]' THEN
		PERFORM oauth.refuse('jwks has no keys (RFC 7517 section 5)',
			'such as {"keys": [...]}');
	ELSIF EXISTS (SELECT FROM jsonb_array_elements(jwks -> 'keys') AS key
	               WHERE jsonb_typeof(key) <> 'object'
	                  OR key ?| '{d,p,q,dp,dq,qi,oth,k}') THEN
		PERFORM oauth.refuse('jwks holds what is no public key',
			'give public keys only');
	END IF;
	INSERT INTO oauth.software_publisher AS p (iss, jwks, alg)
	VALUES (iss, jwks, alg)
	    ON CONFLICT ON CONSTRAINT software_publisher_pkey DO UPDATE
	   SET jwks = excluded.jwks, alg = excluded.alg;
END $$;
COMMENT ON FUNCTION oauth.trust_software_publisher(text, jsonb, text) IS
'Believes the software statements of a publisher, or changes how.';

-- Believe them no more. Clients that are registered stay so.
--
--   SELECT oauth.distrust_software_publisher('https://store.example');
CREATE OR REPLACE FUNCTION oauth.distrust_software_publisher(iss text)
RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	DELETE FROM oauth.software_publisher p
	 WHERE p.iss = distrust_software_publisher.iss;
	IF NOT FOUND THEN
		PERFORM oauth.refuse(format('no such publisher: "%s"', iss),
			'SELECT iss FROM oauth.software_publisher lists them', 'P0002');
	END IF;
END $$;
COMMENT ON FUNCTION oauth.distrust_software_publisher(text) IS
'Believes the software statements of a publisher no more.';

-- The members that are not for a client itself to set: what it may reach, how
-- long, and who may ask about its tokens, is the administrator's.
--
--   SELECT oauth.members_not_dynamic();
CREATE OR REPLACE FUNCTION oauth.members_not_dynamic()
RETURNS text[] LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
	SELECT '{audience,rotate_refresh_tokens,access_token_lifetime,'
		'refresh_token_lifetime,access_token_format,access_token_audience,'
		'access_token_signed_response_alg,client_id,client_id_issued_at,'
		'client_secret,client_secret_expires_at,client_secret_verifier}'::text[]
$$;
COMMENT ON FUNCTION oauth.members_not_dynamic() IS
'The members of client metadata that a client may not set by itself.';

-- Is a client of its sector by its own word alone? Those who get pairwise
-- subjects of a host are to be that host's: they have people sent there with
-- what they get. A device, or an assertion, sends nobody, and a private-use
-- scheme is any application's: either would let whoever registers learn the
-- subjects that another's host has (OpenID Connect Core section 8.1).
--
--   SELECT oauth.claims_sector(c) FROM oauth.client c;
CREATE OR REPLACE FUNCTION oauth.claims_sector(client oauth.client)
RETURNS boolean LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
	SELECT client.subject_type = 'pairwise' AND (
	       NOT client.grant_types <@ '{authorization_code,implicit,
	           refresh_token,client_credentials}'
	    OR client.sector_identifier_uri IS NULL AND EXISTS (
	       SELECT FROM unnest(client.redirect_uris) AS u
	        WHERE u !~ '^https?:'))
$$;
COMMENT ON FUNCTION oauth.claims_sector(oauth.client) IS
'Could a client get another host''s pairwise subjects?';

-- Refuse what a client may not have by registering itself.
--
--   SELECT oauth.check_dynamic_client(c) FROM oauth.client c;
CREATE OR REPLACE FUNCTION oauth.check_dynamic_client(client oauth.client)
RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	scopes text[];
	grants text[];
	kept   boolean;
	fault  text;
BEGIN
	-- What the administrator has given it since, it may keep.
	SELECT oauth.words(concat_ws(' ', s.registration_scope, c.scope)),
	       s.registration_grant_types || c.grant_types,
	       coalesce(c.sector_identifier = client.sector_identifier
	           AND client.grant_types <@ c.grant_types
	           AND client.redirect_uris <@ c.redirect_uris, false)
	  INTO scopes, grants, kept
	  FROM oauth.setting s
	  LEFT JOIN oauth.client c ON c.client_id = client.client_id;
	fault := CASE
	WHEN NOT oauth.words(client.scope) <@ scopes
		THEN format('scope may hold no other than %s',
			array_to_string(scopes, ' '))
	WHEN NOT client.grant_types <@ grants
		THEN format('grant_types may hold no other than %s',
			array_to_string(grants, ', '))
	WHEN oauth.claims_sector(client) AND NOT kept
		THEN 'subject_type pairwise goes with authorization_code and implicit, '
			'and where a redirect_uri has no host with sector_identifier_uri '
			'(OpenID Connect Core section 8.1)'
	END;
	IF fault IS NOT NULL THEN
		PERFORM oauth.refuse('invalid_client_metadata: ' || fault,
			'the columns registration_... of oauth.setting are the bounds');
	END IF;
	-- OpenID Connect Dynamic Client Registration section 2, application_type.
	IF client.application_type = 'web' AND 'implicit' = ANY (client.grant_types)
	   AND EXISTS (SELECT FROM unnest(client.redirect_uris) AS u
	                WHERE u !~ '^https:' OR u ~ '^https://localhost[:/]') THEN
		PERFORM oauth.refuse('invalid_redirect_uri: a web client that uses '
			'implicit has https redirect_uris alone, and not of localhost',
			'or its application_type is native');
	END IF;
END $$;
COMMENT ON FUNCTION oauth.check_dynamic_client(oauth.client) IS
'Raises an error where a client may not have this by registering itself.';

-- Refuse members that are not for a client to set, or not for this server to
-- keep.
--
--   SELECT oauth.check_dynamic_members('{"audience": ["an-api"]}');
CREATE OR REPLACE FUNCTION oauth.check_dynamic_members(metadata jsonb)
RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	member text;
BEGIN
	SELECT m INTO member FROM unnest(oauth.members_not_dynamic()) AS m
	 WHERE metadata ->> m IS NOT NULL LIMIT 1;
	IF FOUND THEN
		PERFORM oauth.refuse(format('invalid_client_metadata: "%s" is not for '
			'a client to set', member), 'oauth.change_client() can');
	END IF;
END $$;
COMMENT ON FUNCTION oauth.check_dynamic_members(jsonb) IS
'Raises an error where metadata have what no client may set by itself.';

-- What to change of response_types and grant_types where both were sent and one
-- has more than the other needs: "The authorization server MAY reject or replace
-- any of the client's requested metadata values" (RFC 7591 section 2). A type
-- whose grant was not asked for is left to be refused.
--
--   SELECT oauth.fitting_types('{"response_types": ["token"],
--       "grant_types": ["refresh_token"]}');
CREATE OR REPLACE FUNCTION oauth.fitting_types(metadata jsonb)
RETURNS jsonb LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
	SELECT CASE
	WHEN jsonb_typeof(metadata -> 'response_types') IS DISTINCT FROM 'array'
	  OR jsonb_typeof(metadata -> 'grant_types') IS DISTINCT FROM 'array'
		THEN '{}'
	-- oidc-agent, which wants the device grant alone.
	WHEN NOT metadata -> 'grant_types' ?| '{authorization_code,implicit}'
		THEN '{"response_types": []}'
	-- Those who name implicit and mean code.
	WHEN sent.grants @> oauth.grant_types_for(sent.responses, '{}')
		THEN jsonb_build_object('grant_types',
			oauth.grant_types_for(sent.responses, sent.grants))
	ELSE '{}' END
	  FROM (SELECT
		ARRAY(SELECT jsonb_array_elements_text(CASE jsonb_typeof(
			metadata -> 'response_types') WHEN 'array' THEN
			metadata -> 'response_types' ELSE '[]' END)) AS responses,
		ARRAY(SELECT jsonb_array_elements_text(CASE jsonb_typeof(
			metadata -> 'grant_types') WHEN 'array' THEN
			metadata -> 'grant_types' ELSE '[]' END)) AS grants) AS sent
$$;
COMMENT ON FUNCTION oauth.fitting_types(jsonb) IS
'How response_types and grant_types of a registration are made to agree.';

-- What a client sent, with what its software statement says in its place. The
-- programs have verified that; the statement itself is kept as it came.
--
--   SELECT oauth.with_statement('{"client_name": "x"}',
--       '{"iss": "https://store.example", "client_name": "Mail"}');
CREATE OR REPLACE FUNCTION oauth.with_statement(metadata jsonb, statement jsonb)
RETURNS jsonb LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	-- One that is no string is refused with the other members.
	IF statement IS NULL
	   AND jsonb_typeof(metadata -> 'software_statement') = 'string' THEN
		PERFORM oauth.refuse('unapproved_software_statement: it has not been '
			'verified', 'oauth.trust_software_publisher() names a publisher');
	END IF;
	RETURN metadata || coalesce(statement
		- '{iss,sub,aud,exp,nbf,iat,jti,software_statement}'::text[], '{}');
END $$;
COMMENT ON FUNCTION oauth.with_statement(jsonb, jsonb) IS
'The metadata of a client, those of its software statement first.';

-- Where an address counts: an IPv6 host has a whole /64 to choose from. All of
-- IPv4 is in one, too, mapped (RFC 4291 section 2.5.5.2); that counts as it is,
-- and so does what is no address.
--
--   SELECT oauth.host_of('2001:db8:0:1::2');
CREATE OR REPLACE FUNCTION oauth.host_of(address text)
RETURNS text LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	IF strpos(address, ':') = 0 OR address::inet <<= '::ffff:0.0.0.0/96' THEN
		RETURN address;
	END IF;
	RETURN network(set_masklen(address::inet, 64));
EXCEPTION WHEN invalid_text_representation THEN
	RETURN address;
END $$;
COMMENT ON FUNCTION oauth.host_of(text) IS
'The network whose addresses count as one: of IPv6 the /64.';

-- May there be one more, from this address? Of several at once all may pass: it
-- is to keep the table from being filled, and not a count.
--
-- SECURITY DEFINER: the program asks before it asks others, and reads neither
-- table.
--
--   SELECT oauth.may_register('192.0.2.1');
CREATE OR REPLACE FUNCTION oauth.may_register(address text)
RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
	SELECT s.registration_limit > (SELECT count(*) FROM oauth.client c
	         WHERE c.registration_access_token_hash IS NOT NULL)
	   AND (may_register.address IS NULL OR
	        s.registration_address_limit > (SELECT count(*)
	          FROM oauth.client_event e
	         WHERE e.at > now() - interval '1 hour' AND e.what = 'registered'
	           AND oauth.host_of(e.address) =
	               oauth.host_of(may_register.address)))
	  FROM oauth.setting s
$$;
COMMENT ON FUNCTION oauth.may_register(text) IS
'May one more client register itself, from this address?';

-- Has anything ever been granted to a client, as far as can be told? What
-- client_credentials gives leaves no grant behind, and is soon past: whoever may
-- use it is taken to.
--
--   SELECT oauth.client_is_used('my-client');
CREATE OR REPLACE FUNCTION oauth.client_is_used(client_id text)
RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
	SELECT EXISTS (SELECT FROM oauth.authorization_grant g
	                WHERE g.client_id = client_is_used.client_id)
	    OR EXISTS (SELECT FROM oauth.consent g
	                WHERE g.client_id = client_is_used.client_id)
	    OR EXISTS (SELECT FROM oauth.client c
	                WHERE c.client_id = client_is_used.client_id
	                  AND 'client_credentials' = ANY (c.grant_types))
$$;
COMMENT ON FUNCTION oauth.client_is_used(text) IS
'Has anything ever been granted to a client?';

-- Note which clients that registered themselves have been used, and delete
-- those that never were, so many at a time: oauth.maintain() calls it.
--
--   SELECT oauth.expire_unused_clients(100);
CREATE OR REPLACE FUNCTION oauth.expire_unused_clients(at_most integer)
RETURNS bigint LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	unused  text;
	deleted text[] := '{}';
BEGIN
	UPDATE oauth.client c SET used_at = now()
	 WHERE c.registration_access_token_hash IS NOT NULL AND c.used_at IS NULL
	   AND oauth.client_is_used(c.client_id);
	FOR unused IN
		SELECT c.client_id FROM oauth.client c CROSS JOIN oauth.setting s
		 WHERE c.registration_access_token_hash IS NOT NULL
		   AND c.used_at IS NULL
		   AND c.client_id_issued_at < now() - s.registration_unused_lifetime
		 ORDER BY c.client_id_issued_at LIMIT at_most
		   FOR UPDATE OF c SKIP LOCKED
	LOOP
		-- Nothing can be granted to it now that its row is locked; but until
		-- then it could.
		CONTINUE WHEN oauth.client_is_used(unused);
		INSERT INTO oauth.client_event (client_id, what, who, before)
		VALUES (unused, 'expired', 'the server', oauth.dynamic_metadata(unused));
		DELETE FROM oauth.client c WHERE c.client_id = unused;
		deleted := deleted || unused;
	END LOOP;
	-- As delete_client(), once for all of them: it looks through all clients.
	UPDATE oauth.client c
	   SET audience = ARRAY(SELECT a FROM unnest(c.audience)
	           WITH ORDINALITY AS w (a, n)
	        WHERE a <> ALL (deleted) ORDER BY n)
	 WHERE c.audience && deleted;
	RETURN cardinality(deleted);
END $$;
COMMENT ON FUNCTION oauth.expire_unused_clients(integer) IS
'Deletes clients that registered themselves and were never used.';

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA oauth FROM PUBLIC;

-- As in sql/roles.sql, which may have run before this file was there.
DO $$
BEGIN
	IF to_regrole('postern_token') IS NOT NULL THEN
		GRANT EXECUTE ON FUNCTION oauth.may_register(text) TO postern_token;
	END IF;
END $$;
COMMIT;
