-- Somebody signed in: their attempts before do not count any more, and this one
-- does not count for the address.  Locked in the order of sign_in_begin.
-- program: authorize
-- $1 text   username, as typed
-- $2 bytea  SHA-256 of the address
WITH mine AS (
	SELECT t.kind, t.key
	  FROM oauth.sign_in_throttle t
	 WHERE (t.kind, t.key) IN (('account', oauth.account_key($1)),
	                           ('address', $2))
	 ORDER BY t.kind, t.key
	   FOR UPDATE
)
UPDATE oauth.sign_in_throttle t
   SET arrival = t.arrival - CASE t.kind
       WHEN 'account' THEN s.account_interval * s.account_burst
       ELSE s.address_interval END
  FROM mine, oauth.setting s
 WHERE t.kind = mine.kind AND t.key = mine.key
