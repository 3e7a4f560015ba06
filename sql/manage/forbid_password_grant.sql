-- forbid_password_grant.sql - undo allow_password_grant.sql. No client can use
-- the password grant then, whatever its grant_types; tokens it got stay good.
--
--   psql "$POSTERN_ADMIN_DATABASE" -f sql/manage/forbid_password_grant.sql

\set ON_ERROR_STOP on
BEGIN;
REVOKE SELECT (username_key, password_hash)
    ON oauth.end_user FROM postern_token;
REVOKE SELECT (account_burst, account_interval, address_burst,
       address_interval) ON oauth.setting FROM postern_token;
REVOKE SELECT, INSERT, UPDATE (arrival)
    ON oauth.sign_in_throttle FROM postern_token;
REVOKE EXECUTE ON FUNCTION oauth.account_key(text) FROM postern_token;
COMMIT;
