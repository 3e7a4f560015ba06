-- Nobody has decided yet: was this asked too soon after the last time? Then the
-- interval grows for good (RFC 8628 section 3.5). A second is allowed for what
-- a network adds and takes; what lies ahead is of before the clock was set back.
-- program: token
-- $1 bytea  SHA-256 of the device code
WITH waiting AS (
	SELECT device_code_hash, last_polled_at + poll_interval
	           - interval '1 second' > now()
	       AND last_polled_at < now() + interval '1 minute' AS too_soon
	  FROM oauth.device_code
	 WHERE device_code_hash = $1 AND decision IS NULL
	   FOR NO KEY UPDATE
)
UPDATE oauth.device_code d
   SET last_polled_at = now(),
       poll_interval = d.poll_interval + CASE WHEN w.too_soon
           THEN interval '5 seconds' ELSE interval '0' END
  FROM waiting w
 WHERE d.device_code_hash = w.device_code_hash
RETURNING w.too_soon
