-- functions_key.sql - the keys that sign ID tokens and all else.
--
-- The programs make them, and rotate them, by themselves; the time table is the
-- view oauth.signing_key_timetable.
--
--   psql "$POSTERN_ADMIN_DATABASE" -f sql/manage/functions_key.sql

\set ON_ERROR_STOP on
BEGIN;

-- Withdraw a key that may be known to somebody: it signs no more, and nothing
-- that it signed is believed, from now on. If the next one of its algorithm is
-- published already, that one signs at once, as of yesterday, lest the clock is
-- set back. Or else the one before it, which had retired, signs until the next
-- has been made and published for a while; where no key is left, the first
-- request that needs one makes it, and it signs at once.
--
--   SELECT oauth.withdraw_key('NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs');
CREATE OR REPLACE FUNCTION oauth.withdraw_key(kid text)
RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	-- Or a program could publish one for later that has not seen this.
	LOCK TABLE oauth.signing_key IN SHARE ROW EXCLUSIVE MODE;
	UPDATE oauth.signing_key k
	   SET withdrawn_at = coalesce(k.withdrawn_at, clock_timestamp())
	 WHERE k.kid = withdraw_key.kid;
	IF NOT FOUND THEN
		PERFORM oauth.refuse(format('no such key: "%s"', kid),
			'SELECT * FROM oauth.signing_key_timetable lists them', 'P0002');
	END IF;
	UPDATE oauth.signing_key k
	   SET sign_from = now() - interval '1 day'
	 WHERE (k.alg, k.generation) IN (
	       SELECT o.alg, min(o.generation)
	         FROM oauth.signing_key o
	        WHERE o.withdrawn_at IS NULL
	          AND o.alg = (SELECT w.alg FROM oauth.signing_key w
	                        WHERE w.kid = withdraw_key.kid)
	        GROUP BY o.alg
	       HAVING bool_and(o.sign_from > now()));
END $$;
COMMENT ON FUNCTION oauth.withdraw_key(text) IS
'Withdraws a signing key: nothing that it signed is believed any more.';

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA oauth FROM PUBLIC;
COMMIT;
