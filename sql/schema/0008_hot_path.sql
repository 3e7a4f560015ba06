-- 0008_hot_path.sql - the same things for less: what every request pays for.
--
-- Programs of the version before go on while this is applied, and after it.

\set ON_ERROR_STOP on
BEGIN;

-- The body of a function in SQL becomes part of the statement that calls it,
-- and costs next to nothing, where it is no more volatile than the function
-- says; else it is parsed and planned anew by every execution. convert_to() is
-- STABLE, so this one, which said IMMUTABLE, took half the time of a bearer
-- check. As "RETURN" (and not a string) it means the same under any
-- search_path.
CREATE OR REPLACE FUNCTION oauth.subject_for(sub text, subject_type text,
	sector_identifier text, salt bytea)
RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN subject_type IS DISTINCT FROM 'pairwise' THEN sub
	ELSE rtrim(translate(encode(sha256(convert_to(sector_identifier || ' ' || sub,
		'UTF8') || salt), 'base64'), '+/', '-_'), '=') END;

-- date_part() gives a double, which holds a microsecond of these centuries;
-- extract() the numeric, which takes ten times as long to divide.
CREATE OR REPLACE FUNCTION oauth.access_token_slot(expires_at timestamptz)
RETURNS smallint LANGUAGE sql STABLE PARALLEL SAFE
RETURN (floor(date_part('epoch', expires_at) / 14400)::bigint % 8)::smallint;
CREATE OR REPLACE FUNCTION oauth.refresh_token_slot(expires_at timestamptz)
RETURNS smallint LANGUAGE sql STABLE PARALLEL SAFE
RETURN (floor(date_part('epoch', expires_at) / 5270400)::bigint % 8)::smallint;
CREATE OR REPLACE FUNCTION oauth.authorization_code_slot(expires_at timestamptz)
RETURNS smallint LANGUAGE sql STABLE PARALLEL SAFE
RETURN (floor(date_part('epoch', expires_at) / 86400)::bigint % 4)::smallint;

-- What a client gets where it asks for no scope. In PL/pgSQL, so that a
-- statement that may need it has nothing to make ready where it does not.
CREATE FUNCTION oauth.default_scope(allowed text)
RETURNS text LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
	RETURN coalesce((SELECT string_agg(o.name, ' ' ORDER BY o.name)
	  FROM oauth.scope o
	 WHERE o.is_default
	   AND o.name = ANY (string_to_array(allowed, ' '))), '');
END $$;
COMMENT ON FUNCTION oauth.default_scope(text) IS
'The default scope of a client that may have these.';

-- Clients whose access tokens carry themselves (RFC 9068), each with the key
-- that signs these: what client_signing_key gives for 'access_token', without
-- the other four and a second look for the client.
CREATE VIEW oauth.jwt_client AS
SELECT c.client_id, c.client_secret_verifier, c.client_secret_expires_at,
       c.disabled_at, c.token_endpoint_auth_method, c.grant_types, c.scope,
       c.access_token_lifetime, c.access_token_audience,
       k.kid, k.alg, k.private_jwk
  FROM oauth.client c
 CROSS JOIN LATERAL (SELECT o.kid, o.alg, o.private_jwk
         FROM oauth.signing_key o
        WHERE o.alg = coalesce(c.access_token_signed_response_alg, 'RS256')
          AND o.withdrawn_at IS NULL
          AND o.sign_from <= now()
        ORDER BY o.generation DESC LIMIT 1) AS k
 WHERE c.access_token_format = 'jwt';

-- A refresh token that rotates, and a code, are written twice in their lives:
-- with room for a second version on the same page the index is left alone. Little
-- is enough, for a version that is dead makes room for the next.
DO $$
DECLARE part regclass;
BEGIN
	FOR part IN SELECT i.inhrelid::regclass FROM pg_catalog.pg_inherits i
		WHERE i.inhparent IN ('oauth.refresh_token'::regclass,
			'oauth.authorization_code'::regclass)
	LOOP
		EXECUTE format('ALTER TABLE %s SET (fillfactor = 85)', part);
	END LOOP;
END $$;

COMMENT ON COLUMN oauth.refresh_token.salt IS
'Of whoever rotated it first: the successor is HMAC(server key, this token, salt).';
COMMENT ON COLUMN oauth.authorization_grant.expires_at IS
'Not before the last token under it; with refresh tokens up to an eighth of their lifetime later.';

INSERT INTO oauth.schema_migration (number) VALUES (8);
COMMIT;
