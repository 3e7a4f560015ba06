-- Count an attempt to sign in, before the password is looked at, so that many
-- at once can not slip through; and fetch what to compare it with.
--
-- The generic cell rate algorithm: each attempt moves "arrival" one interval
-- on, and is let through while that is less than a burst ahead of the clock. No
-- attempt can move it further: where it is further, the clock was set back, and
-- nobody is to wait until it is where it was. The minute is for attempts that
-- began later and came before.
--
-- program: authorize
-- $1 text   username, as typed
-- $2 bytea  SHA-256 of the address
WITH s AS MATERIALIZED (
	SELECT account_burst, account_interval, address_burst, address_interval
	  FROM oauth.setting
), counted AS (
	INSERT INTO oauth.sign_in_throttle AS t (kind, key, arrival)
	SELECT k.kind, k.key, now() + k.pace
	  FROM s, LATERAL (VALUES ('account', oauth.account_key($1), s.account_interval),
	                          ('address', $2::bytea, s.address_interval))
	       AS k (kind, key, pace)
	 ORDER BY k.kind, k.key
	    ON CONFLICT (kind, key) DO UPDATE
	   SET arrival = least(greatest(t.arrival, now()),
	           now() + (excluded.arrival - now()) * CASE t.kind
	           WHEN 'account' THEN (SELECT account_burst - 1 FROM s)
	           ELSE (SELECT address_burst - 1 FROM s) END)
	       + (excluded.arrival - now())
	 WHERE t.arrival <= now() + (excluded.arrival - now()) * CASE t.kind
	       WHEN 'account' THEN (SELECT account_burst - 1 FROM s)
	       ELSE (SELECT address_burst - 1 FROM s) END
	    OR t.arrival > now() + (excluded.arrival - now()) * CASE t.kind
	       WHEN 'account' THEN (SELECT account_burst FROM s)
	       ELSE (SELECT address_burst FROM s) END + interval '1 minute'
	RETURNING kind
)
SELECT (SELECT count(*) FROM counted) = 2 AS allowed,
       u.user_id, u.sub, u.password_hash, u.disabled_at IS NOT NULL AS disabled
  FROM s
  LEFT JOIN oauth.end_user u ON u.username_key = lower(normalize($1, NFKC))
