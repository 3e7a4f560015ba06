-- allow_password_grant.sql - let the token program check passwords.
--
--   psql "$POSTERN_ADMIN_DATABASE" -f sql/manage/allow_password_grant.sql
--
-- The resource owner password credentials grant (RFC 6749 section 4.3) shows a
-- person's password to the client, and RFC 9700 section 2.4 says that it "MUST
-- NOT be used". It is for moving from a system that had it, client by client:
-- each that may use it has "password" among its grant_types as well.
--
-- What sql/queries/sign_in_begin.sql reads and writes, and no more. Until now
-- the role could read no password hash; forbid_password_grant.sql makes that
-- so again.

\set ON_ERROR_STOP on
BEGIN;
GRANT SELECT (username_key, password_hash)
   ON oauth.end_user TO postern_token;
GRANT SELECT (account_burst, account_interval, address_burst, address_interval)
   ON oauth.setting TO postern_token;
GRANT SELECT, INSERT, UPDATE (arrival)
   ON oauth.sign_in_throttle TO postern_token;
GRANT EXECUTE ON FUNCTION oauth.account_key(text) TO postern_token;
COMMIT;
