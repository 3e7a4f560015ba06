-- 0009_signing_key_row.sql - a signing key is read with its row.
--
-- Programs of the version before go on while this is applied, and after it.

\set ON_ERROR_STOP on
BEGIN;

-- A row of more than 2 kB is one with an RSA key in it. The key was put into
-- the table's TOAST, and fetched from there for each signature: two more
-- reads, of an index and of a page, for every token.
ALTER TABLE oauth.signing_key SET (toast_tuple_target = 8160);

-- Those that are there; a value that is not touched stays where it is.
UPDATE oauth.signing_key SET private_jwk = private_jwk || '';

INSERT INTO oauth.schema_migration (number) VALUES (9);
COMMIT;
