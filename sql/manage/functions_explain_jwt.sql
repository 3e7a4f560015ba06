-- functions_explain_jwt.sql - oauth.explain(), of access tokens that carry
-- themselves (RFC 9068).
--
-- They have no row. What they say is believed where one of our keys is named;
-- whether that has signed it is for the programs to find out.
--
--   psql "$POSTERN_ADMIN_DATABASE" -f sql/manage/functions_explain_jwt.sql

\set ON_ERROR_STOP on
BEGIN;

-- A part of a JWT, 1: its header, 2: its claims; NULL where that is no JSON
-- object.
--
--   SELECT oauth.jwt_part('eyJhbGciOiJub25lIn0.e30.', 1);
CREATE OR REPLACE FUNCTION oauth.jwt_part(jwt text, part integer)
RETURNS jsonb LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	base64 text := translate(split_part(jwt, '.', part), '-_', '+/');
	result jsonb;
BEGIN
	result := convert_from(decode(base64 || repeat('=', -length(base64) & 3),
		'base64'), 'UTF8')::jsonb;
	RETURN CASE WHEN jsonb_typeof(result) = 'object' THEN result END;
EXCEPTION WHEN data_exception THEN
	RETURN NULL;
END $$;
COMMENT ON FUNCTION oauth.jwt_part(text, integer) IS
'The header or the claims of a JWT; NULL where they can not be read.';

-- What is known of a JWT access token with these claims: as credential_facts(),
-- by the rules of access_jwt_load.sql.
--
--   SELECT * FROM oauth.jwt_facts('{"client_id": "app", "jti": "0.x", "exp": 0}');
CREATE OR REPLACE FUNCTION oauth.jwt_facts(claims jsonb)
RETURNS TABLE (client_id text, user_id bigint, username text, scope text,
	issued_at timestamptz, expires_at timestamptz, used_at timestamptz,
	revoked_at timestamptz, authorization_id bigint, state text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
	SELECT t.client_id, u.user_id, u.username, t.scope, t.issued_at,
	       t.expires_at, NULL::timestamptz, NULL::timestamptz,
	       t.authorization_id,
	       CASE
	       WHEN t.expires_at <= now()           THEN 'expired'
	       WHEN EXISTS (SELECT FROM oauth.revoked_access_token r
	                     WHERE r.jti_hash = t.jti_hash) THEN 'revoked'
	       WHEN c.client_id IS NULL             THEN 'client is gone'
	       WHEN c.disabled_at IS NOT NULL       THEN 'client is disabled'
	       WHEN t.issued_at <= c.tokens_valid_after
	           THEN 'all tokens of the client were revoked'
	       WHEN t.authorization_id IS NULL      THEN 'live'
	       WHEN z.authorization_id IS NULL      THEN 'authorization is gone'
	       ELSE z.state
	       END
	  FROM (SELECT claims ->> 'client_id' AS client_id,
	               coalesce(claims ->> 'scope', '') AS scope,
	               (claims ->> 'grant_id')::bigint AS authorization_id,
	               sha256(convert_to(claims ->> 'jti', 'UTF8')) AS jti_hash,
	               to_timestamp(split_part(claims ->> 'jti', '.', 1)::bigint
	                   / 1000000.0) AS issued_at,
	               to_timestamp((claims ->> 'exp')::bigint) AS expires_at) AS t
	  LEFT JOIN oauth.client c ON c.client_id = t.client_id
	  LEFT JOIN oauth.authorization_grant_state z
	         ON z.authorization_id = t.authorization_id
	        AND z.client_id = t.client_id
	  LEFT JOIN oauth.end_user u ON u.sub = z.user_sub
$$;
COMMENT ON FUNCTION oauth.jwt_facts(jsonb) IS
'What is known of a JWT access token with these claims.';

-- Say why a JWT is refused where access tokens are asked for; NULL: it is none
-- that we can have made.
--
--   SELECT oauth.explain_jwt('eyJ...');
CREATE OR REPLACE FUNCTION oauth.explain_jwt(jwt text)
RETURNS text LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	header jsonb := oauth.jwt_part(jwt, 1);
	claims jsonb := oauth.jwt_part(jwt, 2);
	issuer text  := (SELECT s.issuer FROM oauth.setting s);
	fact   record;
	key    oauth.signing_key;
BEGIN
	IF coalesce(lower(header ->> 'typ'), '')
	   NOT IN ('at+jwt', 'application/at+jwt')
	   OR NOT coalesce(claims ?& '{iss,client_id,jti,exp}', false) THEN
		RETURN NULL;
	END IF;
	SELECT * INTO fact FROM oauth.jwt_facts(claims);
	SELECT k.* INTO key FROM oauth.signing_key k
	 WHERE k.kid = header ->> 'kid';
	RETURN oauth.fact_text('access token (a JWT)', 'jwt', fact, CASE
		WHEN claims ->> 'iss' <> issuer
			THEN 'refused: its issuer is another than ' || issuer
		WHEN key.kid IS NULL THEN 'refused: it was not signed by a key of ours'
		WHEN key.withdrawn_at IS NOT NULL
			THEN format('refused: the key that signed it was withdrawn %s',
				oauth.when_text(key.withdrawn_at))
		WHEN fact.state = 'revoked' THEN 'refused: it was revoked'
		WHEN fact.state = 'live' THEN 'good, if its signature is, which no SQL '
			'can verify'
		ELSE oauth.state_text('jwt', fact) END);
EXCEPTION WHEN data_exception THEN
	RETURN NULL;
END $$;
COMMENT ON FUNCTION oauth.explain_jwt(text) IS
'Says why a JWT is refused as an access token; NULL where it is none of ours.';

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA oauth FROM PUBLIC;
COMMIT;
