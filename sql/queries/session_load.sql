-- Who is signed in with this cookie, how this client is to know them, and what
-- they granted it before.
-- program: authorize
-- $1 bytea  SHA-256 of the cookie
-- $2 text   client_id
SELECT v.user_id, u.sub, u.username,
       (extract(epoch FROM v.auth_time) * 1000000)::bigint AS auth_time_us,
       k.scope AS consented,
       oauth.subject_for(u.sub, c.subject_type, c.sector_identifier,
           s.pairwise_salt) AS subject,
       extract(epoch FROM now() - v.auth_time)::bigint AS age, v.acr, v.sid
  FROM oauth.session v
 CROSS JOIN oauth.setting s
  JOIN oauth.end_user u ON u.user_id = v.user_id AND u.disabled_at IS NULL
  LEFT JOIN oauth.client c ON c.client_id = $2
  LEFT JOIN oauth.consent k ON k.user_id = v.user_id AND k.client_id = $2
 WHERE v.session_hash = $1
   AND v.expires_at > now()
   AND v.last_seen_at + s.session_idle_lifetime > now()
