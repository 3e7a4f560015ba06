-- functions_issuer.sql - issuers whose assertions about people are believed.
--
-- The JWT bearer grant (RFC 7523 section 2.1): a client brings an assertion that
-- a trusted issuer has signed, and gets an access token of the person it names.
-- Which client may do so is among its grant_types.
--
--   psql "$POSTERN_ADMIN_DATABASE" -f sql/manage/functions_issuer.sql

\set ON_ERROR_STOP on
BEGIN;

-- Believe an issuer, or change what is said of it. keys: {"jwks": {"keys":
-- [...]}} or {"jwks_uri": "https://..."}. Its assertions name people by their
-- subject here, and are signed by this algorithm and no other.
--
-- A client gets what the person has granted it before, and no more; with
-- without_consent whatever it may ask for, of anyone: for an issuer that answers
-- for the people it names, such as the employer of all of them.
--
--   SELECT oauth.trust_issuer('https://hr.example',
--       '{"jwks_uri": "https://hr.example/jwks"}');
--   SELECT oauth.trust_issuer('https://hr.example',
--       '{"jwks_uri": "https://hr.example/jwks"}', 'ES256', true);
CREATE OR REPLACE FUNCTION oauth.trust_issuer(iss text, keys jsonb,
	alg text DEFAULT 'RS256', without_consent boolean DEFAULT false)
RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	jwks     jsonb := keys -> 'jwks';
	jwks_uri jsonb := keys -> 'jwks_uri';
BEGIN
	IF coalesce(iss, '') !~ '^[\x21-\x7E]+$' OR length(iss) > 2000 THEN
		PERFORM oauth.refuse('iss must be 1 to 2000 printable ASCII characters '
			'without spaces', 'it is what the assertions have as their iss');
	ELSIF EXISTS (SELECT FROM oauth.client c
	               WHERE c.client_id = trust_issuer.iss) THEN
		PERFORM oauth.refuse(format('"%s" is a client', iss),
			'a client signs assertions by its own keys: jwks or jwks_uri of '
			'its metadata');
	ELSIF coalesce(alg, '') NOT IN ('RS256', 'PS256', 'ES256', 'EdDSA') THEN
		PERFORM oauth.refuse('alg must be RS256, PS256, ES256 or EdDSA',
			'leave it out for RS256');
	ELSIF without_consent IS NULL THEN
		PERFORM oauth.refuse('without_consent must be true or false',
			'leave it out for false');
	ELSIF (jwks IS NULL) = (jwks_uri IS NULL)
	   OR keys - 'jwks' - 'jwks_uri' <> '{}' THEN
		PERFORM oauth.refuse('keys must have either jwks or jwks_uri, and '
			'nothing else', 'such as {"jwks_uri": "https://hr.example/jwks"}');
	ELSIF jwks_uri = 'null' OR NOT oauth.is_kind(jwks_uri, 'https URI') THEN
		PERFORM oauth.refuse('jwks_uri must be an https URI',
			'whoever can change what it gives can sign in as anybody');
	ELSIF jwks IS NOT NULL
	  AND jsonb_typeof(jwks -> 'keys') IS DISTINCT FROM 'array' THEN
		PERFORM oauth.refuse('jwks has no array "keys" (RFC 7517 section 5)',
			'such as {"jwks": {"keys": [...]}}');
	ELSIF EXISTS (SELECT FROM jsonb_array_elements(jwks -> 'keys') AS key
	               WHERE jsonb_typeof(key) <> 'object'
	                  OR key ?| '{d,p,q,dp,dq,qi,oth,k}') THEN
		PERFORM oauth.refuse('jwks holds what is no public key',
			'give public keys only; replace a key whose private part has been '
			'sent anywhere');
	END IF;
	INSERT INTO oauth.trusted_issuer AS t (iss, jwks, jwks_uri, alg,
	       without_consent)
	VALUES (trust_issuer.iss, jwks, jwks_uri #>> '{}', trust_issuer.alg,
	        trust_issuer.without_consent)
	    ON CONFLICT ON CONSTRAINT trusted_issuer_pkey DO UPDATE
	   SET jwks = excluded.jwks, jwks_uri = excluded.jwks_uri,
	       alg = excluded.alg, without_consent = excluded.without_consent;
END $$;
COMMENT ON FUNCTION oauth.trust_issuer(text, jsonb, text, boolean) IS
'Believes an issuer''s assertions about people, or changes how.';

-- Believe it no more. Tokens that came of its assertions live on, for an hour at
-- most unless the client's say otherwise; oauth.revoke_client_tokens() ends them.
--
--   SELECT oauth.distrust_issuer('https://hr.example');
CREATE OR REPLACE FUNCTION oauth.distrust_issuer(iss text)
RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	DELETE FROM oauth.trusted_issuer t WHERE t.iss = distrust_issuer.iss;
	IF NOT FOUND THEN
		PERFORM oauth.refuse(format('no such issuer: "%s"', iss),
			'SELECT iss FROM oauth.trusted_issuer lists them', 'P0002');
	END IF;
END $$;
COMMENT ON FUNCTION oauth.distrust_issuer(text) IS
'Believes an issuer''s assertions no more.';

-- Fetch anew, with the next request that needs it, what is at a jwks_uri: where
-- a key was stolen, and a day is too long to wait.
--
--   SELECT oauth.forget_document('https://app.example/jwks');
CREATE OR REPLACE FUNCTION oauth.forget_document(uri text)
RETURNS void LANGUAGE sql
SET search_path = pg_catalog, pg_temp AS $$
	DELETE FROM oauth.fetched_document d WHERE d.uri = forget_document.uri
$$;
COMMENT ON FUNCTION oauth.forget_document(text) IS
'Forgets what was fetched from a jwks_uri.';

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA oauth FROM PUBLIC;
COMMIT;
