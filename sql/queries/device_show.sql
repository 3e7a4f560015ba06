-- The device that shows this user code, for somebody who is to decide. A code
-- that is nobody's counts against who typed it and where from, by the generic
-- cell rate algorithm (sign_in_begin); a right one costs nothing, but is not
-- looked at after too many that were wrong.
--
-- program: authorize
-- $1 bytea  HMAC of the user code
-- $2 bytea  SHA-256 of the person's sub
-- $3 bytea  SHA-256 of the address
WITH s AS MATERIALIZED (
	SELECT account_burst, account_interval, address_burst, address_interval
	  FROM oauth.setting
), device AS MATERIALIZED (
	SELECT client_id, scope, asked_from, issued_at
	  FROM oauth.device_code_state
	 WHERE user_code_hash = $1 AND state = 'pending'
), counted AS (
	INSERT INTO oauth.sign_in_throttle AS t (kind, key, arrival)
	SELECT 'device', k.key, now() + CASE WHEN EXISTS (SELECT FROM device)
	           THEN interval '0' ELSE k.pace END
	  FROM s, LATERAL (VALUES ($2::bytea, s.account_interval),
	                          ($3::bytea, s.address_interval)) AS k (key, pace)
	 ORDER BY k.key
	    ON CONFLICT (kind, key) DO UPDATE
	   SET arrival = least(greatest(t.arrival, now()), now() + CASE t.key
	           WHEN $2 THEN (SELECT account_interval * (account_burst - 1) FROM s)
	           ELSE (SELECT address_interval * (address_burst - 1) FROM s) END)
	       + (excluded.arrival - now())
	 WHERE t.arrival <= now() + CASE t.key
	       WHEN $2 THEN (SELECT account_interval * (account_burst - 1) FROM s)
	       ELSE (SELECT address_interval * (address_burst - 1) FROM s) END
	    OR t.arrival > now() + interval '1 minute' + CASE t.key
	       WHEN $2 THEN (SELECT account_interval * account_burst FROM s)
	       ELSE (SELECT address_interval * address_burst FROM s) END
	RETURNING t.key
)
SELECT n.allowed, d.client_id, d.scope, d.asked_from,
       extract(epoch FROM now() - d.issued_at)::bigint AS age,
       c.client_name, c.client_uri, c.logo_uri, c.tos_uri, c.policy_uri
  FROM (SELECT count(*) = 2 AS allowed FROM counted) AS n
  LEFT JOIN device d ON n.allowed
  LEFT JOIN oauth.client c ON c.client_id = d.client_id
