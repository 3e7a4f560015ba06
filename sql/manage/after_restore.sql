-- after_restore.sql - after the database was set back to an older state (a
-- backup, a standby that was behind): nothing that it holds is trusted.
--
-- What was spent, rotated or revoked since then is good again in there.  So all
-- tokens, codes and sessions end; people sign in again, and what they agreed to
-- is still known.  Run it before the programs may reach the database.
--
--   psql "$POSTERN_ADMIN_DATABASE" -f sql/manage/after_restore.sql

\set ON_ERROR_STOP on
BEGIN;
-- Of each client what was issued up to now: access tokens, those without a row
-- (JWT), refresh tokens.
UPDATE oauth.client SET tokens_valid_after = clock_timestamp();
TRUNCATE oauth.authorization_code, oauth.device_code, oauth.pushed_request;
DELETE FROM oauth.session;
-- Keys that a client has withdrawn since (jwks_uri): they are fetched anew.
DELETE FROM oauth.fetched_document;
COMMIT;
SELECT count(*) AS clients_whose_tokens_are_revoked FROM oauth.client;
