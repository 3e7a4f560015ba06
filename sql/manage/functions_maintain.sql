-- functions_maintain.sql - forget what is past.
--
--   psql "$POSTERN_ADMIN_DATABASE" -f sql/manage/functions_maintain.sql

\set ON_ERROR_STOP on
BEGIN;

-- The rings of oauth, see docs/design.md: width in seconds, slots, and how many
-- slots behind the present one is the one that is past.
--
-- Codes are kept a day longer than they need be, so that one that is used twice
-- is still recognised.
--
--   SELECT * FROM oauth.rings();
CREATE OR REPLACE FUNCTION oauth.rings()
RETURNS TABLE (ring text, width integer, slots integer, behind integer)
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
	VALUES ('authorization_code', 86400, 4, 2),
	       ('access_token', 14400, 8, 1),
	       ('refresh_token', 5270400, 8, 1)
$$;
COMMENT ON FUNCTION oauth.rings() IS
'The rings of partitions.';

-- Which partition of a ring holds nothing but what is past at that time?
--
--   SELECT oauth.past_partition('access_token', clock_timestamp());
CREATE OR REPLACE FUNCTION oauth.past_partition(ring text, at timestamptz)
RETURNS regclass LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
	SELECT format('oauth.%I', r.ring || '_' || (floor(extract(epoch FROM at)
	       / r.width)::bigint - r.behind + r.slots) % r.slots)::regclass
	  FROM oauth.rings() r
	 WHERE r.ring = past_partition.ring
$$;
COMMENT ON FUNCTION oauth.past_partition(text, timestamptz) IS
'The partition of a ring that is wholly in the past.';

-- Empty the past partition of a ring, unless it is empty; says what was done.
--
-- The time is asked for again once the partition is locked: a wait at the end
-- of a width could otherwise empty what has just come into use. And lest a
-- clock that ran ahead, and was set back, cost live tokens, the rows at the
-- partition's end, which are the newest, are looked at: a bounded number of
-- pages, as reading a whole partition would take minutes.
--
-- Never waits for long: statements that use any partition would queue behind.
--
--   SELECT oauth.empty_past_partition('access_token');
CREATE OR REPLACE FUNCTION oauth.empty_past_partition(ring text)
RETURNS text LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET lock_timeout = '100ms' AS $$
DECLARE
	partition regclass := oauth.past_partition(ring, clock_timestamp());
	bytes     bigint   := pg_relation_size(partition);
	page      tid;
	is_live   boolean;
BEGIN
	IF bytes = 0 THEN
		RETURN NULL;
	END IF;
	EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', partition);
	IF partition <> oauth.past_partition(ring, clock_timestamp()) THEN
		RETURN 'skipped: its time has just come again';
	END IF;
	page := format('(%s,0)', greatest(pg_relation_size(partition)
		/ current_setting('block_size')::integer - 1000, 0));
	EXECUTE format('SELECT EXISTS (SELECT FROM %s WHERE ctid >= $1 '
		'AND expires_at > clock_timestamp())', partition)
	   INTO is_live USING page;
	IF is_live THEN
		RETURN 'skipped: it holds rows that have not expired; was the clock '
			'set back?';
	END IF;
	EXECUTE format('TRUNCATE %s', partition);
	RETURN 'emptied, ' || pg_size_pretty(bytes);
EXCEPTION WHEN lock_not_available OR object_in_use THEN
	RETURN 'skipped: in use just now';
END $$;
COMMENT ON FUNCTION oauth.empty_past_partition(text) IS
'Empties the partition of a ring that is wholly in the past.';

-- The tables whose past rows are deleted: their key, the column that they are
-- looked through by, which has an index, and when a row is past.
--
--   SELECT * FROM oauth.past_rows();
CREATE OR REPLACE FUNCTION oauth.past_rows()
RETURNS TABLE (what text, key text, ends text, condition text)
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
	VALUES ('sign_in_throttle', 'kind, key', 'arrival', 'arrival < now()'),
	-- A minute longer: a request that began before the end may still be at it.
	('used_jti', 'jti_hash', 'expires_at',
		'expires_at < now() - interval ''1 minute'''),
	('revoked_access_token', 'jti_hash', 'expires_at',
		'expires_at < now() - interval ''1 minute'''),
	('initial_access_token', 'token_hash', 'expires_at', 'expires_at < now()'),
	('client_event', 'event_id', 'at', 'at < now() - interval ''1 year'''),
	('pushed_request', 'request_hash', 'expires_at',
		'expires_at < now() - interval ''1 minute'''),
	-- None is believed for more than a day.
	('fetched_document', 'uri', 'asked_at',
		'asked_at < now() - interval ''2 days'''),
	-- An hour longer, so that a device that still asks is told that it is late.
	('device_code', 'device_code_hash', 'expires_at',
		'expires_at < now() - interval ''1 hour'''),
	-- Whatever became of it: the last attempt is made within a day.
	('logout_notification', 'notification_id', 'created_at',
		'created_at < now() - interval ''7 days'''),
	-- A day longer, so that oauth.explain() can still say what was revoked.
	('authorization_grant', 'authorization_id', 'expires_at',
		'expires_at < now() - interval ''1 day''')
$$;
COMMENT ON FUNCTION oauth.past_rows() IS
'The tables whose past rows oauth.maintain() deletes.';

-- Forget what is past. The token program calls it now and then, and anybody may
-- at any time: one runs, the others find nothing to do. Bounded work, so that a
-- backlog is cleared over several calls; nothing here is needed for expiry to
-- hold, which every lookup checks itself.
--
-- SECURITY DEFINER, since TRUNCATE and DELETE are not the programs' to use.
--
--   SELECT * FROM oauth.maintain();
CREATE OR REPLACE FUNCTION oauth.maintain()
RETURNS TABLE (what text, rows bigint, note text)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	past_key   text;
	past_order text;
	past_when  text;
BEGIN
	-- "post", "main": one in this database at a time.
	IF NOT pg_try_advisory_xact_lock(1886352244, 1835100526) THEN
		RETURN;
	END IF;

	-- Of those that end first, as the index has them: what is idle is found
	-- among the old ones, without reading the whole table for it.
	what := 'session';
	DELETE FROM oauth.session v WHERE v.session_hash IN (
		SELECT old.session_hash FROM oauth.session old CROSS JOIN oauth.setting s
		 WHERE old.session_hash IN (SELECT oldest.session_hash
		        FROM oauth.session oldest ORDER BY expires_at LIMIT 10000)
		   AND (old.expires_at <= now()
		     OR old.last_seen_at + s.session_idle_lifetime <= now())
		   FOR UPDATE OF old SKIP LOCKED);
	GET DIAGNOSTICS rows = ROW_COUNT;
	IF rows > 0 THEN
		RETURN NEXT;
	END IF;

	what := 'client';
	rows := oauth.expire_unused_clients(100);
	IF rows > 0 THEN
		RETURN NEXT;
	END IF;

	FOR what, past_key, past_order, past_when IN
		SELECT r.what, r.key, r.ends, r.condition FROM oauth.past_rows() r
	LOOP
		EXECUTE format('DELETE FROM oauth.%1$I WHERE (%2$s) IN (SELECT %2$s '
			'FROM oauth.%1$I AS past WHERE %4$s ORDER BY %3$I LIMIT 10000 '
			'FOR UPDATE SKIP LOCKED)', what, past_key, past_order, past_when);
		GET DIAGNOSTICS rows = ROW_COUNT;
		IF rows > 0 THEN
			RETURN NEXT;
		END IF;
	END LOOP;

	-- Last: what is locked for it is locked until the commit.
	rows := NULL;
	FOR what, note IN
		SELECT r.ring, oauth.empty_past_partition(r.ring) FROM oauth.rings() r
	LOOP
		IF note IS NOT NULL THEN
			RETURN NEXT;
		END IF;
	END LOOP;
END $$;
COMMENT ON FUNCTION oauth.maintain() IS
'Forgets what is past: empties old partitions, deletes old rows.';

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA oauth FROM PUBLIC;

-- As in sql/roles.sql, which may have run before this file was there.
DO $$
BEGIN
	IF to_regrole('postern_token') IS NOT NULL THEN
		GRANT EXECUTE ON FUNCTION oauth.maintain() TO postern_token;
	END IF;
END $$;
COMMIT;
