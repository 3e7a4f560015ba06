-- functions_secret.sql - random secrets, Argon2id strings, and how to refuse.
--
-- What the other functions_*.sql share. Run it again at any time:
--
--   psql "$POSTERN_ADMIN_DATABASE" -f sql/manage/functions_secret.sql

\set ON_ERROR_STOP on
BEGIN;

-- Refuse a call: what is wrong, then what to do.
--
--   SELECT oauth.refuse('no such client: "x"', 'register it first', 'P0002');
CREATE OR REPLACE FUNCTION oauth.refuse(message text, hint text,
	code text DEFAULT '22023')
RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	RAISE EXCEPTION USING MESSAGE = message, HINT = hint, ERRCODE = code;
END $$;
COMMENT ON FUNCTION oauth.refuse(text, text, text) IS
'Raises an error with a hint; the other management functions call it.';

-- 32 random bytes.
--
-- PostgreSQL without extensions has one source of strong randomness in SQL:
-- gen_random_uuid(), which takes 128 bits from pg_strong_random() and fixes 6
-- of them. Four hold 488 random bits, and SHA-256 makes 256 of these.
--
--   SELECT oauth.random_bytes();
CREATE OR REPLACE FUNCTION oauth.random_bytes()
RETURNS bytea LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp AS $$
	SELECT sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
	           || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
$$;
COMMENT ON FUNCTION oauth.random_bytes() IS
'32 bytes that nobody can guess.';

-- A client secret, to be shown once: "pcs_" and base64url (RFC 4648 section 5)
-- of 32 random bytes.
--
--   SELECT oauth.new_client_secret();
CREATE OR REPLACE FUNCTION oauth.new_client_secret()
RETURNS text LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp AS $$
	SELECT 'pcs_' || translate(encode(oauth.random_bytes(), 'base64'),
		'+/=', '-_')
$$;
COMMENT ON FUNCTION oauth.new_client_secret() IS
'A new client secret; what is stored of it is its client_secret_verifier().';

-- What is stored of a generated secret. 256 random bits can not be guessed, so
-- a fast hash does.
--
--   SELECT oauth.client_secret_verifier('pcs_...');
CREATE OR REPLACE FUNCTION oauth.client_secret_verifier(client_secret text)
RETURNS text LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
	SELECT 'sha256:' || encode(sha256(convert_to(client_secret, 'UTF8')), 'hex')
$$;
COMMENT ON FUNCTION oauth.client_secret_verifier(text) IS
'What oauth.client stores of a generated secret.';

-- Refuse what is no Argon2id string that libsodium can check within bounds: at
-- most 127 characters, 1 GiB of memory and 64 passes. Never repeats the text:
-- it may be a password.
--
--   SELECT oauth.check_argon2id('$argon2id$v=19$...', 'password_hash');
CREATE OR REPLACE FUNCTION oauth.check_argon2id(verifier text, what text)
RETURNS void LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	cost text[] := regexp_match(verifier, '^\$argon2id\$v=19'
		'\$m=([1-9][0-9]{0,9}),t=([1-9][0-9]{0,3}),p=[1-9][0-9]{0,2}'
		'\$[A-Za-z0-9+/]{11,64}\$[A-Za-z0-9+/]{22,86}$');
BEGIN
	IF cost IS NULL OR length(verifier) > 127 THEN
		PERFORM oauth.refuse(what || ' is not an Argon2id string',
			'`postern hash-password` makes one of a password: '
			'$argon2id$v=19$m=...,t=...,p=...$...$...');
	ELSIF cost[1]::bigint > 1048576 OR cost[2]::integer > 64 THEN
		PERFORM oauth.refuse(what || ' would cost too much to check',
			'at most m=1048576 and t=64');
	END IF;
END $$;
COMMENT ON FUNCTION oauth.check_argon2id(text, text) IS
'Raises an error unless the text is an Argon2id string of bounded cost.';

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA oauth FROM PUBLIC;
COMMIT;
