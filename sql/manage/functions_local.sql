-- functions_local.sql - settings for trying it out on one's own machine.
--
--   psql "$POSTERN_ADMIN_DATABASE" -f sql/manage/functions_local.sql

\set ON_ERROR_STOP on
BEGIN;

-- Make the sign-in throttle so generous that tests, which sign in hundreds of
-- times from one address, never meet it; and let outgoing requests reach this
-- machine, where clients under test have their jwks_uri. Not for a server that
-- others reach.
--
--   SELECT oauth.local_settings();
CREATE OR REPLACE FUNCTION oauth.local_settings()
RETURNS void LANGUAGE sql
SET search_path = pg_catalog, pg_temp AS $$
	UPDATE oauth.setting
	   SET account_burst = 100000, account_interval = '1 millisecond',
	       address_burst = 100000, address_interval = '1 millisecond',
	       outgoing_networks = '{127.0.0.0/8,::1/128}'
$$;
COMMENT ON FUNCTION oauth.local_settings() IS
'A generous sign-in throttle, requests to this machine: to try it, and for tests.';

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA oauth FROM PUBLIC;
COMMIT;
