-- Somebody signed in: their attempts before do not count any more, and this one
-- does not count for the address.
-- program: authorize
-- $1 text   username, as typed
-- $2 bytea  SHA-256 of the address
UPDATE oauth.sign_in_throttle t
   SET arrival = t.arrival - CASE t.kind
       WHEN 'account' THEN s.account_interval * s.account_burst
       ELSE s.address_interval END
  FROM oauth.setting s
 WHERE (t.kind, t.key) IN (('account', oauth.account_key($1)), ('address', $2))
