-- What an ID token from the authorization endpoint says of whoever is signed in
-- with this cookie, and the key that signs it.
-- program: authorize
-- $1 bytea  SHA-256 of the cookie
-- $2 text   client_id
-- $3 text   scope
SELECT oauth.subject_for(u.sub, c.subject_type, c.sector_identifier,
           s.pairwise_salt) AS sub,
       floor(extract(epoch FROM v.auth_time))::bigint AS auth_time, v.acr, v.amr,
       v.sid, NULL AS nonce, NULL AS requested_claims, u.claims,
       oauth.claims_for(u.sub, c.client_id, $3, 'id_token') AS more_claims,
       k.alg, k.kid, k.private_jwk
  FROM oauth.session v
 CROSS JOIN oauth.setting s
  JOIN oauth.end_user u ON u.user_id = v.user_id AND u.disabled_at IS NULL
  JOIN oauth.client c ON c.client_id = $2
  LEFT JOIN oauth.client_signing_key k
         ON k.client_id = c.client_id AND k.purpose = 'id_token'
 WHERE v.session_hash = $1
   AND v.expires_at > now()
   AND v.last_seen_at + s.session_idle_lifetime > now()
